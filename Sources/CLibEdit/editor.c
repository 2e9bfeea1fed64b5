#define _GNU_SOURCE
#include "CLibEdit.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static nns_edit_reader current_reader;

static int read_one(EditLine *editor, wchar_t *out) {
  uint32_t scalar = 0;
  int status = current_reader(editor, &scalar);
  *out = (wchar_t)scalar;
  if (status < 0) errno = EINTR;
  return status;
}

EditLine *nns_edit_open(nns_edit_prompter prompter, nns_edit_reader reader) {
  EditLine *editor = el_init("nns", stdin, stdout, stderr);
  if (!editor) return NULL;
  current_reader = reader;
  // Escape sequences in the prompt stand between \1 and \1.
  el_set(editor, EL_PROMPT_ESC, prompter, '\1');
  el_set(editor, EL_EDITOR, "emacs");
  // libedit's own handler would signal the whole process group.
  el_set(editor, EL_SIGNAL, 0);
  el_wset(editor, EL_GETCFN, read_one);
  return editor;
}

void nns_edit_close(EditLine *editor) { el_end(editor); }

void nns_edit_add(EditLine *editor, const char *name, nns_edit_function function) {
  el_set(editor, EL_ADDFN, name, name, function);
}

int nns_edit_is_vi(EditLine *editor) {
  const char *name = NULL;
  return el_get(editor, EL_EDITOR, &name) == 0 && name && name[0] == 'v';
}

void nns_edit_bind(EditLine *editor, const char *key, const char *name) {
  el_set(editor, EL_BIND, key, name, NULL);
  if (nns_edit_is_vi(editor)) el_set(editor, EL_BIND, "-a", key, name, NULL);
}

void nns_edit_run(EditLine *editor) {
  int count = 0;
  el_wgets(editor, &count);
}

void nns_edit_refresh(EditLine *editor) { el_set(editor, EL_REFRESH); }

// Setting the terminal's type clears libedit's picture of the screen.
void nns_edit_forget_screen(EditLine *editor) { el_set(editor, EL_TERMINAL, NULL); }

void nns_edit_raw(EditLine *editor) { el_set(editor, EL_PREP_TERM, 1); }

size_t nns_edit_text(EditLine *editor, const uint32_t **text, size_t *cursor) {
  const LineInfoW *line = el_wline(editor);
  *text = (const uint32_t *)line->buffer;
  *cursor = (size_t)(line->cursor - line->buffer);
  return (size_t)(line->lastchar - line->buffer);
}

int nns_edit_insert(EditLine *editor, const uint32_t *text) { return el_winsertstr(editor, (const wchar_t *)text); }

void nns_edit_move(EditLine *editor, int by) { el_cursor(editor, by); }

void nns_edit_delete_before(EditLine *editor, int count) { el_deletestr(editor, count); }

History *nns_history_open(int size) {
  History *history_ = history_init();
  HistEvent event;
  if (history_) history(history_, &event, H_SETSIZE, size);
  return history_;
}

void nns_history_enter(History *history_, const char *text) {
  HistEvent event;
  history(history_, &event, H_ENTER, text);
}

void nns_history_attach(EditLine *editor, History *history_) { el_set(editor, EL_HIST, history, history_); }

void nns_edit_write(const char *text, size_t count) {
  fwrite(text, 1, count, stdout);
  fflush(stdout);
}

int nns_edit_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

void nns_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  *columns = *rows = 0;
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    *columns = size.ws_col;
    *rows = size.ws_row;
  }
}

void nns_locale_setup(void) {
  if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX < 2) setlocale(LC_CTYPE, "C.UTF-8");
}

void nns_put(const char *text, size_t count) { fwrite(text, 1, count, stdout); }
