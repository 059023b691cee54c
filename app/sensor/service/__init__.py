"""A sensor without a window: reads its configuration, runs its sources, keeps what they found until the hub has it."""
