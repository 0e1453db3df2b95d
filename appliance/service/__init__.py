"""What a technician does: calibration and the self-test report."""
