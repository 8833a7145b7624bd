// SPDX-License-Identifier: Apache-2.0
// Tells ThreadSanitizer of GLib's locks, which are futexes that it does not see: what one thread
// did before it let a lock go happened before what the next does that takes it. Linked into every
// program of the preset tsan, before GLib; GStreamer calls these instead.
#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

namespace {

/// GLib's own function of the same name and type.
template <typename Function>
Function* behind(Function* /*of the same type*/, const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

#define REAL(name) static auto* const real = behind(name, #name)

void g_mutex_lock(GMutex* mutex) {
    REAL(g_mutex_lock);
    real(mutex);
    __tsan_acquire(mutex);
}

gboolean g_mutex_trylock(GMutex* mutex) {
    REAL(g_mutex_trylock);
    const gboolean taken = real(mutex);
    if (taken != FALSE) {
        __tsan_acquire(mutex);
    }
    return taken;
}

void g_mutex_unlock(GMutex* mutex) {
    REAL(g_mutex_unlock);
    __tsan_release(mutex);
    real(mutex);
}

void g_rec_mutex_lock(GRecMutex* mutex) {
    REAL(g_rec_mutex_lock);
    real(mutex);
    __tsan_acquire(mutex);
}

gboolean g_rec_mutex_trylock(GRecMutex* mutex) {
    REAL(g_rec_mutex_trylock);
    const gboolean taken = real(mutex);
    if (taken != FALSE) {
        __tsan_acquire(mutex);
    }
    return taken;
}

void g_rec_mutex_unlock(GRecMutex* mutex) {
    REAL(g_rec_mutex_unlock);
    __tsan_release(mutex);
    real(mutex);
}

void g_cond_wait(GCond* condition, GMutex* mutex) {
    REAL(g_cond_wait);
    __tsan_release(mutex);
    real(condition, mutex);
    __tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond* condition, GMutex* mutex, gint64 end) {
    REAL(g_cond_wait_until);
    __tsan_release(mutex);
    const gboolean signalled = real(condition, mutex, end);
    __tsan_acquire(mutex);
    return signalled;
}
