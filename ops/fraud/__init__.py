"""The science behind the model: the simulated portfolio, features in bulk, training, measuring and the document that
judges. Runs in an environment of its own (`requirements/train.txt`); nothing of it is deployed.
"""
