"""Reading data and preparing it for models: files and frames in, `Dataset` out."""
