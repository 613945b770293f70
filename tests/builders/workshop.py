"""A larger application, with one of everything that is read; ``workshop_expected`` lists what it refers to.

Python and notebooks are here, what is beside them is in ``workshop_surroundings``.
"""

from __future__ import annotations

import json

from tests.builders.applications import COMMIT
from tests.builders.workshop_surroundings import SURROUNDINGS

_NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# `AutoModel.from_pretrained('prose/only')`\n"]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["pipeline(model='output/only')"]}],
            "source": [
                "%pip install -q transformers\n",
                "!hf download HuggingFaceTB/SmolLM2-135M --revision v1.0\n",
                "from transformers import pipeline\n",
                'CAPTION = "Salesforce/blip-image-captioning-base"\n',
                'print("ready: ä")',
            ],
        },
        {
            "cell_type": "code",
            "execution_count": 2,
            "metadata": {},
            "outputs": [],
            "source": 'caption = pipeline("image-to-text", model=CAPTION)\n'
            'ocr = pipeline(model="microsoft/trocr-small-printed")',
        },
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}

FILES = {
    # -- Python
    "src/workshop/__init__.py": "",
    "src/workshop/constants.py": '''"""Names that the rest of the workshop uses."""

PREFIX = "facebook"
SUMMARISERS = {
    "small": "sshleifer/distilbart-cnn-12-6",
    "large": "{}/{}".format(PREFIX, "bart-large-cnn"),
}
TRANSLATORS = ["Helsinki-NLP/opus-mt-de-en", "Helsinki-NLP/opus-mt-fr-en"]
FOLDERS = ["data/raw", "data/clean"]
''',
    "src/workshop/config.py": '''"""Settings of the workshop, from the environment or a file."""

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WORKSHOP_")

    chat_model: str = "gpt-4.1-mini"
    vision_model: str = Field(default="openai/clip-vit-base-patch32", description="a/b")
    database: str = "postgres/main"


@lru_cache
def get_settings() -> Settings:
    return Settings()


def load_settings():
    with open(Path(__file__).parent / "models.yaml") as file:
        return yaml.safe_load(file)
''',
    "src/workshop/models.yaml": """# What runs here; old/model is gone.
speech:
  recogniser:
    repo: "nvidia/parakeet-tdt-0.6b-v2"
    revision: """
    + COMMIT
    + """
  folder: audio/in
limits:
  path: text/plain
""",
    "src/workshop/loaders.py": '''"""Thin layers over the libraries."""

from transformers import AutoModel


class Encoder:
    def __init__(self, name, *, revision=None, remote=False):
        self.name = name
        self.model = AutoModel.from_pretrained(self.name, revision=revision, trust_remote_code=remote)


def tagger(name="dslim/bert-base-NER"):
    return _tagger(name)


def _tagger(name):
    from transformers import pipeline

    return pipeline("ner", name)
''',
    "src/workshop/text.py": '''"""Works on text."""

from functools import partial

import spacy
from datasets import load_dataset
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from workshop.config import get_settings, load_settings
from workshop.constants import SUMMARISERS, TRANSLATORS
from workshop.loaders import Encoder, tagger

JINA = "44e7d1d6caec8c883c2d4b207588504d519788d0"
settings = get_settings()
load_summariser = partial(AutoModelForSeq2SeqLM.from_pretrained, trust_remote_code=False)


def summarise(text, size):
    name = SUMMARISERS[size]
    return load_summariser(name), AutoTokenizer.from_pretrained("google-t5/t5-small")


def translate(text):
    return [AutoModelForSeq2SeqLM.from_pretrained(name) for name in TRANSLATORS]


def encode():
    first = Encoder("jinaai/jina-embeddings-v2-small-en", revision=JINA, remote=True)
    second = Encoder(name="nomic-ai/nomic-embed-text-v1.5")
    return first, second, tagger(), tagger("Jean-Baptiste/camembert-ner")


def recognise():
    speech = load_settings()["speech"]
    return AutoTokenizer.from_pretrained(speech["recogniser"]["repo"], revision=speech["recogniser"]["revision"])


def see(path):
    from transformers import CLIPModel

    return CLIPModel.from_pretrained(settings.vision_model), spacy.load("de_core_news_md")


def corpus(kind):
    rows = load_dataset("csv", data_files="data/rows.csv")
    return rows, load_dataset("allenai/c4", "en", revision="main"), load_dataset("squad")
''',
    "src/workshop/hosted.py": '''"""Models that others run."""

import os

import boto3
import google.generativeai as genai
import litellm
import replicate
from langchain_openai import AzureChatOpenAI, ChatOpenAI
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.ollama import Ollama
from openai import OpenAI

from workshop.config import get_settings


class Chat:
    def __init__(self):
        self.client = OpenAI(base_url="https://api.groq.com/openai/v1", api_key=os.environ["GROQ_API_KEY"])
        self.own = OpenAI()

    def ask(self, text):
        return self.client.chat.completions.create(model="llama-3.3-70b-versatile", messages=text)

    def own_ask(self, text):
        return self.own.responses.create(model=get_settings().chat_model, input=text)


def others(text):
    a = litellm.completion(model="anthropic/claude-sonnet-4-20250514", messages=text)
    b = genai.GenerativeModel("gemini-1.5-flash-002").generate_content(text)
    c = boto3.client("bedrock-runtime").invoke_model(modelId="amazon.titan-text-lite-v1", body=text)
    d = replicate.run("stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b")
    e = AzureChatOpenAI(azure_deployment="office-gpt4o", azure_endpoint="https://office.openai.azure.com")
    f = ChatOpenAI(model=os.getenv("DRAFT_MODEL") or "gpt-4o-mini")
    g = Ollama(model="mistral-nemo:12b"), HuggingFaceEmbedding(model_name="BAAI/bge-small-en-v1.5")
    return a, b, c, d, e, f, g
''',
    "src/workshop/train.py": '''"""Fine-tunes."""

import argparse

from diffusers import StableDiffusionPipeline
from faster_whisper import WhisperModel
from ultralytics import YOLO
from vllm import LLM


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-model", default="EleutherAI/pythia-70m")
    parser.add_argument("--output", default="runs/latest")
    args = parser.parse_args()
    llm = LLM(model=args.base_model, revision="step3000")
    pictures = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
    pictures.load_lora_weights("latent-consistency/lcm-lora-sdv1-5", weight_name="pytorch_lora_weights.safetensors")
    return llm, pictures, WhisperModel("small.en"), YOLO("yolov8n.pt"), args.output
''',
    "src/workshop/unknowable.py": '''"""What no source tells."""

import os

from transformers import AutoModel, pipeline


def any_model(name):
    return AutoModel.from_pretrained(name)


def from_outside():
    return AutoModel.from_pretrained(os.environ["NOWHERE_SET"])


def chosen_by_the_library():
    return pipeline("sentiment-analysis")
''',
    "tests/test_text.py": '''"""Tests."""

from transformers import AutoModel

ROWS = [{"model": "not/loaded", "mime": "text/html"}]


def test_loads():
    assert AutoModel.from_pretrained("hf-internal-testing/tiny-random-bert")
''',
    "tests/data/rows.json": '{"model": "rows/only", "base_model": "rows/too"}\n',
    # -- notebooks
    "notebooks/caption.ipynb": json.dumps(_NOTEBOOK, indent=1, ensure_ascii=False) + "\n",
    **SURROUNDINGS,
}
