"""Storage on a disk that loses power, fills up, fails, lies and rots."""
