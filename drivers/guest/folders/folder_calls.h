/* Chapter 22: calls of the service of shared folders, as its operations on files need them. */
#pragma once
#include "drivers/guest/folders/folders.h"
#include "drivers/guest/folders/folders_wire.h"

/* A call that begins with the share's root, and one that goes on with a handle of ours. */
struct hgcm_call *folder_begin(const struct file_system *system, enum folders_function function);
struct hgcm_call *folder_begin_open(const struct file_system *system, enum folders_function function, uint64_t handle);

/* Send a call; about something that is open, `handle` is ours. A status of files; from
 * folder_send_open also positive ones, as the service means them. */
int folder_send(struct hgcm_call *call);
int folder_send_open(struct hgcm_call *call, uint64_t handle);

/* The same for calls from which nothing but the status is wanted; then the call is no more. */
int folder_finish(struct hgcm_call *call);
int folder_finish_open(struct hgcm_call *call, uint64_t handle);

/* Opens, makes or looks at what is at a path: flags of enum folders_create_flag. *handle is
 * ours, and of no use if it was only looked at. A status of files; FILE_NOT_SUPPORTED: what is
 * neither file nor folder is not opened. */
int folder_create(const struct file_system *system, const char *path, uint32_t flags, uint64_t *handle,
                  struct file_attributes *attributes);
void folder_close(struct file_system *system, uint64_t handle);

void folder_read_object(const struct folders_object *object, struct file_attributes *attributes);

/* Operations that need no open file: in folder_paths.c. */
int folder_list(struct file_system *system, const char *path, file_entry *entry, void *argument);
int folder_look(struct file_system *system, const char *path, struct file_attributes *attributes);
int folder_remove(struct file_system *system, const char *path);
int folder_remove_folder(struct file_system *system, const char *path);
int folder_rename(struct file_system *system, const char *from, const char *to);
int folder_make_folder(struct file_system *system, const char *path);
int folder_set_time(struct file_system *system, const char *path, int64_t modified);
int folder_make_link(struct file_system *system, const char *path, const char *target);
int folder_read_link(struct file_system *system, const char *path, char *target, size_t size);
int folder_volume(struct file_system *system, struct file_volume *volume);
