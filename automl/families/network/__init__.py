"""Neural networks in Keras: a RealMLP on tables, a residual convolutional network on images.

Backend-neutral: only `keras.ops`, so the same code trains on TensorFlow, PyTorch and JAX. Keras itself is imported
when a network is fitted or loaded, not here.
"""

from automl.families.network.family import NetworkFamily

FAMILY = NetworkFamily()
