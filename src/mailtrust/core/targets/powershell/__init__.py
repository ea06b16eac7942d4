"""What is done to Exchange in PowerShell: acts to cmdlets, and these to a complete script; one home for both roads."""
