// SPDX-License-Identifier: GPL-2.0-or-later
// To be preloaded into a daemon (ld.so(8), LD_PRELOAD): its wall clock is CLOCK_SHIFT seconds ahead of this machine's.
// Unlike libfaketime, it calls nothing but the kernel, so that it works in a daemon with an allocator of its own, such
// as named(8).
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

long shift() {
    static const long seconds = [] {
        const char* text = ::getenv("CLOCK_SHIFT");
        return text ? std::strtol(text, nullptr, 10) : 0L;
    }();
    return seconds;
}

}  // namespace

// The names in the headers of the C library are reserved.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int clock_gettime(clockid_t clock, struct timespec* now) noexcept {
    const long result = ::syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
    return static_cast<int>(result);
}

int gettimeofday(struct timeval* now, void* /*zone*/) noexcept {
    timespec exact{};
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t* now) noexcept {
    timespec exact{};
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
