"""What a reviewer, or whoever takes over, reads: forms, dossiers, reports. It changes nothing."""
