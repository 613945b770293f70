"""PMML documents, H2O's MOJO and POJO, MLeap's bundles: what other programs than Python compute with."""

from __future__ import annotations

import json

from tests.builders import xmls, zips
from tests.builders.noise import noise
from tests.builders.pickles.gadgets import posix_system
from tests.builders.pickles.honest import plain_data

# -- PMML --------------------------------------------------------------------------------------------------------------


def pmml(inside: str = "", doctype: str = "", function: str = "+") -> bytes:
    """A regression with one derived field."""
    return xmls.document(
        '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header copyright="INERT"/>'
        '<DataDictionary numberOfFields="2"><DataField name="x" optype="continuous" dataType="double"/>'
        f'<DataField name="y" optype="continuous" dataType="double"/></DataDictionary>{inside}'
        "<TransformationDictionary>"
        f'<DerivedField name="z" optype="continuous" dataType="double"><Apply function="{function}">'
        '<FieldRef field="x"/><Constant>1</Constant></Apply></DerivedField></TransformationDictionary>'
        '<RegressionModel functionName="regression"><MiningSchema><MiningField name="y" usageType="target"/>'
        '<MiningField name="x"/></MiningSchema><RegressionTable intercept="1.5"><NumericPredictor name="z" '
        'coefficient="2.0"/></RegressionTable></RegressionModel></PMML>',
        doctype,
    )


def honest_named_pmml() -> bytes:
    """A document with an extension that is data."""
    return pmml('<Extension extender="INERT" name="trained" value="2026"><note>on a rainy day</note></Extension>')


def entity_named_pmml() -> bytes:
    """OTH-10: an entity that stands for a file of the machine."""
    return pmml("<Extension>&x;</Extension>", '<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///inert/absent">]>')


def entity_address() -> bytes:
    """OTH-10: an entity that stands for an address."""
    return pmml("<Extension>&x;</Extension>", '<!DOCTYPE PMML [<!ENTITY x SYSTEM "http://inert.invalid/x">]>')


def foreign_type(address: str = "http://inert.invalid/x.dtd") -> bytes:
    """OTH-10: a document type whose other part is fetched."""
    return pmml("", f'<!DOCTYPE PMML SYSTEM "{address}">')


def laughs() -> bytes:
    """OTH-10: entities that unfold without measure."""
    return xmls.laughs(root="PMML")


def script() -> bytes:
    """OTH-10: an extension with a script."""
    return pmml('<Extension name="onload" value="javascript:inert()"/>')


def nested_script() -> bytes:
    """OTH-10: a script as an element inside of an extension."""
    return pmml("<Extension><a/><Script>inert()</Script></Extension>")


def script_text() -> bytes:
    """OTH-10: a script as the text of an extension."""
    return pmml("<Extension><a/>new ProcessBuilder(&quot;echo INERT&quot;)</Extension>")


def java_function() -> bytes:
    """A function that is a Java class."""
    return pmml(function="inert.absent.Function")


def defined_function() -> bytes:
    """A function with dots that the document defines itself."""
    own = '<DefineFunction name="a.b" optype="continuous"><FieldRef field="p"/></DefineFunction>'
    return pmml(f"<TransformationDictionary>{own}</TransformationDictionary>", function="a.b")


def included() -> bytes:
    """A part of the document that is another file."""
    return pmml('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///inert/absent"/>')


# -- H2O and MLeap -----------------------------------------------------------------------------------------------------


def model_ini(algorithm: str = "Gradient Boosting Machine") -> bytes:
    """The description of a MOJO."""
    return (
        f"[info]\nh2o_version = 3.46.0.1\nmojo_version = 1.40\nalgorithm = {algorithm}\ncategory = Regression\n"
        "n_features = 2\nn_classes = 1\nn_columns = 3\nn_domains = 1\nescape_domain_values = true\n\n"
        "[columns]\na\nb\ny\n\n[domains]\n0: 2 d000.txt\n"
    ).encode()


def mojo(members: dict[str, bytes] | None = None, algorithm: str = "Gradient Boosting Machine") -> bytes:
    """A model of two trees."""
    return zips.plain({
        "model.ini": model_ini(algorithm),
        "domains/d000.txt": b"red\nblue\n",
        "trees/t00_000.bin": noise(90, "tree"),
        "trees/t00_000_aux.bin": noise(40, "aux"),
        "experimental/modelDetails.json": json.dumps({"model_id": "INERT"}).encode(),
        **(members or {}),
    })  # fmt: skip


def honest_mojo() -> bytes:
    """A model of two trees."""
    return mojo()


def foreign_algorithm() -> bytes:
    """OTH-30: an algorithm that H2O does not have."""
    return mojo(algorithm="inert.absent.Reader")


def mojo_with_pickle() -> bytes:
    """OTH-30: a pickle among the members."""
    return mojo({"trees/t00_001.bin": posix_system(2)})


def mojo_with_data() -> bytes:
    """The same with a pickle of plain data."""
    return mojo({"trees/t00_001.bin": plain_data(2)})


def pojo(inside: str = "return preds;") -> bytes:
    """A model as Java source."""
    return (
        "/*\n  AutoGenerated from H2O\n*/\nimport java.util.Map;\nimport hex.genmodel.GenModel;\n\n"
        "public class inert_model extends GenModel {\n"
        f"  public final double[] score0( double[] data, double[] preds ) {{ {inside} }}\n}}\n"
    ).encode()


def pojo_named_java() -> bytes:
    """OTH-30: a model as Java source."""
    return pojo()


def pojo_with_process() -> bytes:
    """OTH-30: one that starts a program."""
    return pojo('Runtime . getRuntime().exec("echo INERT"); return preds;')


def pojo_escaped() -> bytes:
    """The same in Unicode escapes."""
    return pojo('\\u0052untime.\\uu0067etRuntime().exec("echo INERT"); return preds;')


def prose() -> bytes:
    """Text about such a model."""
    return b"The model extends a class of H2O and was made on a rainy day.\n"


def bundle(members: dict[str, bytes] | None = None) -> bytes:
    """A pipeline of MLeap."""
    top = {"uid": "0", "name": "INERT", "timestamp": "2026-01-01", "format": "json", "version": "0.23.0"}
    model = {"op": "linear_regression", "attributes": {"intercept": {"double": 1.5}}}
    node = {"name": "INERT", "shape": {"inputs": [{"name": "x", "port": "features"}], "outputs": []}}
    return zips.plain({
        "bundle.json": json.dumps(top).encode(),
        "root/model.json": json.dumps(model).encode(),
        "root/node.json": json.dumps(node).encode(),
        **(members or {}),
    })  # fmt: skip


def honest_bundle() -> bytes:
    """A pipeline of MLeap."""
    return bundle()


def bundle_with_pickle() -> bytes:
    """OTH-30: a pickle among the members."""
    return bundle({"root/model.bin": posix_system(2)})


def bundle_with_data() -> bytes:
    """The same with a pickle of plain data."""
    return bundle({"root/model.bin": plain_data(2)})
