"""Every sentence that the commands say, by area."""
