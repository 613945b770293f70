"""The model files of the demonstration, put together byte by byte: no ML framework is needed, nothing is pickled."""
