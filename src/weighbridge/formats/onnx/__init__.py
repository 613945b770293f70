"""ONNX models: a protobuf message of graphs, functions and tensors."""
