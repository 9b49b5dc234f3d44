from pathlib import Path


def test_the_licence_is_the_one_that_the_package_names():
    root = Path(__file__).parent.parent
    assert 'license = "MIT"' in (root / "pyproject.toml").read_text()
    assert (root / "LICENSE").read_text().startswith("MIT License")
