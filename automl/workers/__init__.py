"""Where calls run: in this process, or in a worker process that has Keras and can be killed."""
