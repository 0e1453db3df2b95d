"""Pure: the plan, ramps, the session state machine and the dose account. Time is an argument."""
