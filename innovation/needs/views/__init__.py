"""The pages of needs: recording one, reading them, answering them."""
