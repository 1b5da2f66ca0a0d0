"""How fast, beside the floor and beside what one would use instead: `./run bench` (docs/performance.md)."""
