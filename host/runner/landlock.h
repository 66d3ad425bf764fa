// SPDX-License-Identifier: GPL-2.0-or-later
// Restricts which files this process may access (landlock(7)). glibc has no wrappers for these calls.
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

    /// Whether the kernel supports Landlock.
    [[nodiscard]] bool isOffered() const { return m_abi > 0; }

    /// Allows `path` and everything below it. A missing path is ignored. Write includes Read.
    void allow(const QString& path, Access access);

    /// Denies everything else from now on. False with errno set. Requires no_new_privs.
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
