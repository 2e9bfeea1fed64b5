#pragma once

// A program on a pseudo-terminal of its own, for tests of the prompt.

#include <sys/types.h>

// Answers the terminal's other end, or -1.
int pseudo_terminal_start(const char *program, char *const arguments[], char *const environment[], int columns, int rows,
                          pid_t *process);
int pseudo_terminal_resize(int terminal, int columns, int rows);
// The status as `wait` gives it: the exit code, or 128 and the signal.
int pseudo_terminal_end(pid_t process);
