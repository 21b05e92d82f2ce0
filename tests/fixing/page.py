def update() -> None: ...


FIGURES = __import__("pathlib").Path(__file__).parent / "measured.json"
