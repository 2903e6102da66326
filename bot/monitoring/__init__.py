"""What those who operate Vigie see of it: figures, logs and daily counts, without a word or an id of anybody."""
