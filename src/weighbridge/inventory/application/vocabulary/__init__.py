"""The loaders, commands and settings that name models: data, with the library and version that was read for each."""
