"""What Vigie puts in place of Rasa's own parts when it serves: tracker store, graph runner, in-process actions."""
