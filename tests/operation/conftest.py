from tests.ground.conftest import committed, served

__all__ = ["committed", "served"]
