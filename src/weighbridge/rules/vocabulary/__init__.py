"""What is known about names: the vetted list decides, the dangerous list only chooses words and severity."""
