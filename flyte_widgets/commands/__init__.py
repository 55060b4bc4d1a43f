"""The commands of `flyte-widgets`, one a module: `add_to` describes it to argparse and sets what runs it."""
