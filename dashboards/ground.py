"""From values to places: where the data of a figure stand on a drawing."""

from dataclasses import dataclass

from dashboards.looks import Chart


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value of an axis to a place on the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the data stand: edges in user units, and the size of the letters."""

    figure: Chart
    left: float
    top: float
    right: float
    bottom: float
    size: float

    def axis(self, name: str) -> Chart:
        """« y2 » names the layout's yaxis2."""
        found: Chart = self.figure["layout"].get(f"{name[0]}axis{name[1:]}", {})
        return found

    def scale(self, name: str) -> Scale:
        """An axis may use a part of the height only (its domain)."""
        low, high = self.axis(name)["range"]
        if name[0] == "x":
            return Scale(low, high, self.left, self.right)
        first, last = self.axis(name).get("domain", (0, 1))
        tall = self.bottom - self.top
        return Scale(low, high, self.bottom - first * tall, self.bottom - last * tall)

    def x(self, value: float, ref: str = "x") -> float:
        return self.left + value * (self.right - self.left) if ref == "paper" else self.scale(ref)(value)

    def y(self, value: float, ref: str = "y") -> float:
        return self.bottom - value * (self.bottom - self.top) if ref == "paper" else self.scale(ref)(value)

    @property
    def y_axes(self) -> list[str]:
        return [key.replace("axis", "") for key in self.figure["layout"] if key.startswith("yaxis")]
