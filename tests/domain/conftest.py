from hypothesis import HealthCheck, settings

# A busy machine is not a failure, and the same commit always meets the same examples.
settings.register_profile(
    "domain", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("domain")
