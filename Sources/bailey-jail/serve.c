/* pid 1 after the start: reaps, reports, and does what the controller asks. Nothing here waits for the agent. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/wait.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>

#define MAX_PROGRAMS 64

/* A further program. Its leader, which is its session's first process, writes `process` through shared memory: pid 1 must not wait for
 * a process that the agent could stop. */
struct program {
  uint64_t id;
  int leader;
  volatile int process;
};

static struct program *programs;
static struct context *self;
static long main_process;
static int frozen;

static void event_of_status(uint64_t id, int status, int wait) {
  struct bailey_event event = {.kind = BAILEY_EXITED, .id = id};
  if ((status & 0xff) == 0x7f) {
    event.kind = BAILEY_STOPPED;
    event.a = (status >> 8) & 0xff;
  } else if (status & 0x7f) {
    event.b = status & 0x7f;
  } else {
    event.a = (status >> 8) & 0xff;
  }
  send_event(&event, 0, 0, wait);
}

/* A leader ends well after it has reported its program; any other end is reported here. */
static void leader_ended(struct program *program, int status) {
  if (program->process > 0 && status != 0)
    CALL(kill, -program->process, SIGKILL);
  if (status != 0)
    event_of_status(program->id, SIGKILL, 1);
  *program = (struct program){0};
}

/* At most 64 at once, so that a storm of dying processes does not keep the controller waiting. */
static int reap(void) {
  for (int count = 0; count < 64; count++) {
    int status = 0;
    long process = CALL(wait4, -1, &status, WNOHANG | WUNTRACED, 0);
    if (process <= 0)
      return 0;
    int stopped = (status & 0xff) == 0x7f;
    if (process == main_process && stopped && !frozen)
      event_of_status(0, status, 0);
    if (process == main_process && !stopped) {
      event_of_status(0, status, 1);
      leave(0);
    }
    for (int index = 0; index < MAX_PROGRAMS && !stopped; index++)
      if (programs[index].leader == process)
        leader_ended(&programs[index], status);
  }
  return 1;
}

static void reply(uint64_t id, long result, long descriptor) {
  struct bailey_event event = {.kind = BAILEY_REPLY, .id = id, .a = result < 0 ? (int)-result : 0};
  int number = (int)descriptor;
  send_event(&event, &number, descriptor >= 0 ? 1 : 0, 1); /* a lost one would be waited for for ever */
}

/* The view's own mount may be read-only; this copy of it is not the agent's. */
static long make_place(long view, const char *path, int directory) {
  struct mount_attr open = {.attr_clr = MOUNT_ATTR_RDONLY}, closed = {.attr_set = MOUNT_ATTR_RDONLY};
  long place = make_target(view, path, directory);
  if (place != -EROFS)
    return place;
  TRY(CALL(mount_setattr, view, "", AT_EMPTY_PATH, &open, sizeof open));
  place = make_target(view, path, directory);
  CALL(mount_setattr, view, "", AT_EMPTY_PATH, &closed, sizeof closed);
  return place;
}

static long open_view(const char *path) { return open_strictly(AT_FDCWD, path, O_PATH | O_DIRECTORY); }

static long open_in_view(const char *path, const char *below) {
  long view = open_view(path);
  TRY(view);
  long place = open_strictly(view, below, O_PATH);
  close_descriptor(view);
  return place;
}

static long live_mount(struct operation *operation, long given) {
  int recursive = operation->number[2] != 0;
  long tree = given < 0 ? clone_tree(operation->string[0].start, recursive) : given;
  TRY(tree);
  long view = open_view(operation->string[1].start);
  long place = view < 0 ? view : make_place(view, operation->string[2].start, is_directory(tree) > 0);
  long result = place < 0 ? place : mount_tree(tree, operation->number[1], recursive, place);
  close_descriptor(place);
  close_descriptor(view);
  if (given < 0)
    close_descriptor(tree);
  return result;
}

static long live_unmount(struct operation *operation) {
  long directory = open_in_view(operation->string[0].start, operation->string[1].start);
  TRY(directory);
  long result = CALL(fchdir, directory);
  close_descriptor(directory);
  if (result >= 0)
    result = CALL(umount2, operation->string[2].start, MNT_DETACH | UMOUNT_NOFOLLOW);
  CALL(chdir, "/");
  return result;
}

static long live_mask(struct operation *operation) {
  long place = open_in_view(operation->string[2].start, operation->string[3].start);
  TRY(place);
  long cover = clone_tree(operation->string[is_directory(place) > 0 ? 1 : 0].start, 0);
  uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  long result = cover < 0 ? cover : mount_tree(cover, attributes, 0, place);
  close_descriptor(cover);
  close_descriptor(place);
  return result;
}

static long signal_program(uint64_t id, uint64_t number) {
  long process = id == 0 ? main_process : 0;
  for (int index = 0; index < MAX_PROGRAMS && id != 0; index++)
    if (programs[index].id == id)
      process = programs[index].process;
  if (process <= 1)
    return -ESRCH;
  long result = CALL(kill, -process, number);
  return result == -ESRCH ? CALL(kill, process, number) : result;
}

/* Does not wait: a server that is slow to accept is the controller's to wait for. */
static long dial(uint64_t port, int six, long *descriptor) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = __builtin_bswap16((uint16_t)port)};
  struct sockaddr_in *four = (void *)&address;
  if (six) {
    address.sin6_addr.s6_addr[15] = 1;
  } else {
    four->sin_family = AF_INET;
    four->sin_addr.s_addr = __builtin_bswap32(0x7f000001);
  }
  *descriptor = CALL(socket, six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  TRY(*descriptor);
  long result = CALL(connect, *descriptor, &address, six ? sizeof address : sizeof *four);
  return result == -EINPROGRESS ? 0 : result;
}

/* The leader of a further program: owns its terminal, so that job control works, and reports its stops and its end. */
_Noreturn static void lead(struct program *program, struct operation *operation, const int *descriptors) {
  static struct plan plan;
  struct context context = *self;
  long master = -1;
  uint64_t streams = operation->number[1];
  CALL(setsid);
  context.program = operation->number[0];
  context.terminal = -1;
  for (int index = 0, next = 1; index < 3; index++)
    context.streams[index] = streams & 1u << index ? descriptors[next++] : -1;
  long result = plan_map(descriptors[0], 1, &plan);
  context.plan = &plan;
  if (result >= 0 && streams & BAILEY_STREAM_TERMINAL)
    result = master = open_terminal(&context, operation->number[2], operation->number[3], &context.terminal);
  if (result >= 0 && context.terminal >= 0)
    result = CALL(ioctl, context.terminal, TIOCSCTTY, 0);
  if (result >= 0)
    result = program->process = (int)start_program(&context);
  reply(context.program, result, result < 0 ? -1 : master);
  close_descriptor(master);
  if (result < 0)
    leave(0);
  for (;;) {
    int status = 0;
    if (CALL(wait4, result, &status, WUNTRACED, 0) != result)
      leave(1);
    event_of_status(context.program, status, 1);
    if ((status & 0xff) != 0x7f)
      leave(0);
  }
}

/* 0 when the leader runs: it answers itself. */
static long launch(struct operation *operation, const int *descriptors, unsigned count) {
  unsigned wanted = 1;
  for (int index = 0; index < 3; index++)
    wanted += operation->number[1] >> index & 1;
  if (count != wanted || operation->number[0] == 0)
    return -EINVAL;
  for (int index = 0; index < MAX_PROGRAMS; index++) {
    struct program *program = &programs[index];
    if (program->leader != 0)
      continue;
    *program = (struct program){.id = operation->number[0]};
    long leader = fork_process(-1);
    if (leader == 0)
      lead(program, operation, descriptors);
    program->leader = leader < 0 ? 0 : (int)leader;
    return leader < 0 ? leader : 0;
  }
  return -EAGAIN;
}

static void answer(struct operation *operation, const int *descriptors, unsigned count) {
  const uint64_t *number = operation->number;
  long result = -ENOSYS, descriptor = -1;
  if (operation->code == BAILEY_MOUNT)
    result = live_mount(operation, count ? descriptors[0] : -1);
  else if (operation->code == BAILEY_UNMOUNT)
    result = live_unmount(operation);
  else if (operation->code == BAILEY_MASK)
    result = live_mask(operation);
  else if (operation->code == BAILEY_SIGNAL)
    result = signal_program(number[1], number[2]);
  else if (operation->code == BAILEY_FREEZE || operation->code == BAILEY_THAW)
    result = CALL(kill, -1, (frozen = operation->code == BAILEY_FREEZE) ? SIGSTOP : SIGCONT);
  else if (operation->code == BAILEY_DIAL)
    result = dial(number[1], number[2] != 0, &descriptor);
  else if (operation->code == BAILEY_LAUNCH)
    result = launch(operation, descriptors, count);
  if (operation->code != BAILEY_LAUNCH || result != 0)
    reply(number[0], result, result < 0 ? -1 : descriptor);
  close_descriptor(descriptor);
}

/* The end of the control socket is the end of the sandbox; so is a request that makes no sense. */
static void serve_request(void) {
  static _Alignas(8) uint8_t bytes[16384];
  int descriptors[MAX_DESCRIPTORS];
  unsigned count = 0;
  struct operation operation = {0};
  long length = receive_request(bytes, sizeof bytes, descriptors, &count);
  if (length == -EAGAIN || length == -EINTR)
    return;
  if (length <= 0 || !request_read(bytes, (size_t)length, &operation))
    leave(self->failure);
  answer(&operation, descriptors, count);
  for (unsigned index = 0; index < count; index++)
    close_descriptor(descriptors[index]);
}

_Noreturn void serve(struct context *context, long main_program) {
  self = context;
  main_process = main_program;
  uint64_t child = 1ull << (SIGCHLD - 1);
  long memory = CALL(mmap, 0, MAX_PROGRAMS * sizeof *programs, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  long signals = CALL(signalfd4, -1, &child, 8, 02004000 /* SFD_CLOEXEC | SFD_NONBLOCK */);
  context->main_process = CALL(pidfd_open, main_program, 0);
  if (signals < 0 || context->main_process < 0 || (memory < 0 && memory > -4096))
    leave(context->failure);
  programs = (struct program *)memory;
  struct pollfd sources[2] = {{.fd = BAILEY_FD_CONTROL, .events = POLLIN}, {.fd = (int)signals, .events = POLLIN}};
  long now[2] = {0, 0}; /* seconds, nanoseconds */
  int more = 1;
  for (;;) {
    char information[128];
    CALL(ppoll, sources, 2, more ? now : 0, 0, 8);
    while (CALL(read, signals, information, sizeof information) > 0)
      ;
    more = reap();
    serve_request();
  }
}

long op_spawn(struct context *context, struct operation *operation) {
  long process = start_program(context);
  TRY(process);
  for (int index = 0; index < 3; index++)
    close_descriptor(context->streams[index]);
  close_descriptor(context->terminal);
  serve(context, process);
}

long op_ready(struct context *context, struct operation *operation) {
  int descriptors[MAX_DESCRIPTORS];
  const struct bytes *slots = &operation->string[0];
  if (slots->length > MAX_DESCRIPTORS)
    return -EINVAL;
  for (uint32_t index = 0; index < slots->length; index++)
    descriptors[index] = BAILEY_FD_SLOTS + (uint8_t)slots->start[index];
  struct bailey_event event = {.kind = BAILEY_IS_READY, .a = (int)slots->length};
  TRY(send_event(&event, descriptors, slots->length, 1));
  for (uint32_t index = 0; index < slots->length; index++)
    close_descriptor(descriptors[index]);
  return 0;
}
