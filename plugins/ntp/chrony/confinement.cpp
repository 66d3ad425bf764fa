// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/confinement.h"

#include <fcntl.h>
#include <unistd.h>

namespace fos1::ntp {

void confineNextProgram(const char* attribute, const char* oldAttribute) {
    // AppArmor takes it whole, in one write.
    static constexpr char kCommand[] = "exec fos1-chronyd";
    int fd = ::open(attribute, O_WRONLY | O_CLOEXEC);
    if (fd < 0) fd = ::open(oldAttribute, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    // A kernel without the profile, or with another security module here, refuses it.
    static_cast<void>(::write(fd, kCommand, sizeof kCommand - 1) == 0);
    ::close(fd);
}

}  // namespace fos1::ntp
