// SPDX-License-Identifier: GPL-2.0-or-later
// Which files this process may reach (landlock(7)); glibc has no wrappers for it.
#pragma once

#include <QString>
#include <vector>

namespace fos1::runner {

class Landlock {
   public:
    enum class Access { Unknown = 0, Read, Write, Execute };

    Landlock();
    ~Landlock();
    Landlock(const Landlock&) = delete;
    Landlock& operator=(const Landlock&) = delete;

    /// Whether the kernel has it.
    [[nodiscard]] bool isOffered() const { return m_abi > 0; }

    /// `path` and all below it; a path that there is not is passed over. Write includes Read.
    void allow(const QString& path, Access access);

    /// From now on nothing else; false with errno set. Needs "no new privileges".
    bool enforce();

   private:
    struct Allowed {
        int fd = -1;
        quint64 access = 0;
    };
    int m_abi = 0;
    std::vector<Allowed> m_allowed;
};

}  // namespace fos1::runner
