"""The page: a Gradio app over the core."""
