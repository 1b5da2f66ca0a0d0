from hypothesis import settings

# A busy machine is not a failure, and the same commit always meets the same examples.
settings.register_profile("domain", deadline=None, derandomize=True)
settings.load_profile("domain")
