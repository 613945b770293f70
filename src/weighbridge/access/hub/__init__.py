"""The Hugging Face Hub: resolves references to commits, lists what the Hub claims, reads files by ranges.

Names, tokens, endpoint, proxies and certificates are those of ``huggingface_hub``; the bytes come through its session.
"""
