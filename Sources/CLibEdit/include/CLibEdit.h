#pragma once

// libedit's calls take a variable number of arguments, which Swift cannot call: one function here per use.
// Texts are arrays of Unicode scalars that end in 0.

#include <histedit.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char (*nns_edit_function)(EditLine *editor, unsigned int key);
// Answers 1 with a scalar, 0 at the end of input, -1 to give up the entry.
typedef int (*nns_edit_reader)(EditLine *editor, uint32_t *scalar);
typedef const char *(*nns_edit_prompter)(EditLine *editor);

EditLine *nns_edit_open(nns_edit_prompter prompter, nns_edit_reader reader);
void nns_edit_close(EditLine *editor);
void nns_edit_add(EditLine *editor, const char *name, nns_edit_function function);
// Binds a key sequence (in libedit's notation) to a function by name; in vi's command mode too where that is in use.
void nns_edit_bind(EditLine *editor, const char *key, const char *name);
int nns_edit_is_vi(EditLine *editor);
// Runs one entry to its end; what it was is settled by the functions that were bound.
void nns_edit_run(EditLine *editor);
void nns_edit_refresh(EditLine *editor);
// Tells libedit that the screen below the cursor is blank and the cursor stands where the prompt begins.
void nns_edit_forget_screen(EditLine *editor);
void nns_edit_raw(EditLine *editor);
size_t nns_edit_text(EditLine *editor, const uint32_t **text, size_t *cursor);
int nns_edit_insert(EditLine *editor, const uint32_t *text);
void nns_edit_move(EditLine *editor, int by);
void nns_edit_delete_before(EditLine *editor, int count);

History *nns_history_open(int size);
void nns_history_enter(History *history, const char *text);
void nns_history_attach(EditLine *editor, History *history);

// To the same stream as libedit's, so that the order is kept; written out at once.
void nns_edit_write(const char *text, size_t count);
int nns_edit_width(uint32_t scalar);
// Columns and rows of the terminal behind a descriptor; 0 where there is none.
void nns_terminal_size(int descriptor, int *columns, int *rows);

// Signals: the handlers only set flags. Asking for a resize or a continuation takes the flag away.
int nns_signal_interrupted(void);
int nns_signal_take_resize(void);
int nns_signal_take_continue(void);

// Ctrl-C sets `nns_interrupt_flag` (CKernels) and a flag of its own. With `may_end` a second Ctrl-C, when nothing
// has answered the first, ends the process as it would have without a handler.
void nns_signals_install(int may_end);
void nns_interrupt_reset(void);
int nns_interrupt_is_set(void);
// Keeps the terminal's settings as they are now and puts them back at exit and on SIGTERM and SIGHUP.
void nns_terminal_keep(void);
void nns_terminal_restore(void);
// Waits for input on a descriptor: 1 when there is some, 0 after the time (-1 for none) or for one of the signals above.
int nns_wait(int descriptor, int milliseconds);
// A locale of more than one byte a character for the editor; numbers keep the C locale.
void nns_locale_setup(void);

// To standard output, through its buffer.
void nns_put(const char *text, size_t count);
