"""HDF5, the container of Keras weights and of older Keras models; the module ``extract`` is the reader.

Source: HDF5 File Format Specification version 3.0 (superblocks 0 to 3). Read without the library, and without
following anything that leads out of the file.
"""
