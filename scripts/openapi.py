"""Write docs/openapi.json from the application: run it after changing a route or a body."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "openapi.json"


def document() -> str:
    """The document as the application gives it, in an order and a layout that stay the same."""
    sys.path.insert(0, str(ROOT))
    from app.main import create_app
    from app.settings import Settings

    app = create_app(Settings(database_url="sqlite:///confiance.db", public_url="http://127.0.0.1:8000"))
    text = json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    app.state.database.engine.dispose()
    return text


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
