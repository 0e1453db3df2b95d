"""Real programs hurt in every energising state, and what the patient felt of it by the bench's own diary."""
