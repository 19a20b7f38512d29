"""What the views of the page show, as plain data: pure functions of the traces, the selection and the words."""
