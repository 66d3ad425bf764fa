// SPDX-License-Identifier: GPL-2.0-or-later
#include "trees/control_groups.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <cerrno>
#include <cstring>

#include "trees/control_group.h"

namespace fos1::trees {

namespace {

const QStringList kWanted{QStringLiteral("memory"), QStringLiteral("pids"), QStringLiteral("cpu")};

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool write(const QString& path, const QByteArray& text) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::ExistingOnly | QIODevice::Unbuffered) &&
           file.write(text) == text.size();
}

tl::unexpected<Error> cannot(const QString& what) {
    return failure(ErrorCode::Io, what + QStringLiteral(": ") + QString::fromLocal8Bit(std::strerror(errno)));
}

/// proc(5): white space and backslashes are octal.
QByteArray unescaped(QByteArray field) {
    for (qsizetype at = field.indexOf('\\'); at >= 0 && at + 3 < field.size(); at = field.indexOf('\\', at + 1))
        field.replace(at, 4, QByteArray(1, static_cast<char>(field.mid(at + 1, 3).toInt(nullptr, 8))));
    return field;
}

/// systemd marks what it has delegated (its CGROUP_DELEGATION.md).
bool isDelegated(const QString& directory) {
    for (const char* name : {"trusted.delegate", "user.delegate"}) {
        char value = 0;
        if (::getxattr(QFile::encodeName(directory).constData(), name, &value, 1) == 1 && value == '1') return true;
    }
    return false;
}

/// Enables the controllers for the groups below. A group that has processes of its own cannot, except for the topmost,
/// so this process moves below first.
QStringList enable(const QString& directory) {
    QStringList enabled;
    for (const QString& controller : kWanted) {
        const QList<QByteArray> offered =
            contents(directory + QStringLiteral("/cgroup.controllers")).simplified().split(' ');
        if (!offered.contains(controller.toLatin1())) continue;
        const auto tryIt = [&] {
            return write(directory + QStringLiteral("/cgroup.subtree_control"), '+' + controller.toLatin1());
        };
        if (!tryIt()) {
            const QString leaf = directory + QStringLiteral("/host");
            if (!QDir().mkpath(leaf) || !write(leaf + QStringLiteral("/cgroup.procs"), "0") || !tryIt()) continue;
        }
        enabled.append(controller);
    }
    return enabled;
}

}  // namespace

QString ownGroup(const QByteArray& mountinfo, const QByteArray& cgroup) {
    QByteArray own;
    for (const QByteArray& line : cgroup.split('\n'))
        if (line.startsWith("0::/")) own = line.mid(3);
    if (own.isEmpty()) return {};
    for (const QByteArray& line : mountinfo.split('\n')) {
        const QList<QByteArray> fields = line.split(' ');
        const qsizetype dash = fields.indexOf("-");
        if (dash < 6 || fields.value(dash + 1) != "cgroup2") continue;
        const QByteArray root = unescaped(fields[3]);
        const QString mountPoint = QFile::decodeName(unescaped(fields[4]));
        if (root == "/") return own == "/" ? mountPoint : mountPoint + QFile::decodeName(own);
        if (own == root) return mountPoint;
        if (own.startsWith(root + '/')) return mountPoint + QFile::decodeName(own.mid(root.size()));
    }
    return {};
}

QString ControlGroups::prefix(const QString& stateDir) {
    const QByteArray path = QFile::encodeName(QDir(stateDir).canonicalPath());
    const QByteArray hash = QCryptographicHash::hash(path, QCryptographicHash::Sha256).toHex();
    return QStringLiteral("fos1-%1-").arg(QString::fromLatin1(hash.left(12)));
}

Result<ControlGroups> ControlGroups::open(const QString& stateDir) {
    const QString own =
        ownGroup(contents(QStringLiteral("/proc/self/mountinfo")), contents(QStringLiteral("/proc/self/cgroup")));
    if (own.isEmpty())
        return failure(ErrorCode::NotFound, QStringLiteral("control groups of version 2 are not mounted"));
    if (QFile::exists(QStringLiteral("/run/systemd/system")) && !isDelegated(own))
        return failure(ErrorCode::Refused,
                       QStringLiteral("systemd owns the control group and has not delegated it (Delegate=yes)"));
    ControlGroups groups;
    const QString start = prefix(stateDir);
    for (const QString& left : QDir(own).entryList({start + u'*'}, QDir::Dirs)) {
        killGroup(own + u'/' + left);
        [[maybe_unused]] const bool isGone = removeGroup(own + u'/' + left);  // once they have ended, the guard does it
    }
    // A name of its own for each run, because the guard of the one before may be about to remove that.
    groups.m_directory = own + u'/' + start + QString::number(QRandomGenerator::global()->generate(), 16);
    if (::mkdir(QFile::encodeName(groups.m_directory).constData(), 0755) != 0)
        return cannot(QStringLiteral("no control group can be made in ") + own);
    enable(own);
    groups.m_controllers = enable(groups.m_directory);
    return groups;
}

Result<QString> ControlGroups::make(const QString& name, const GroupLimits& limits) const {
    const QString directory = m_directory + u'/' + name;
    if (::mkdir(QFile::encodeName(directory).constData(), 0755) != 0 && errno != EEXIST)
        return cannot(QStringLiteral("control group ") + directory);
    const auto set = [&](const char* file, const QByteArray& value) {
        return write(directory + u'/' + QLatin1String(file), value);
    };
    bool isLimited = true;
    if (m_controllers.contains(kWanted[0])) {
        const qint64 memory = qint64{limits.memoryMiB + std::max(limits.memoryMiB / 4, 16)} << 20;
        isLimited = set("memory.max", QByteArray::number(memory));
        // Neither exists everywhere.
        set("memory.swap.max", "0");
        set("memory.oom.group", "1");
    }
    if (m_controllers.contains(kWanted[1])) isLimited = set("pids.max", QByteArray::number(limits.tasks)) && isLimited;
    if (m_controllers.contains(kWanted[2])) isLimited = set("cpu.max", "100000 100000") && isLimited;
    if (isLimited) return directory;
    const auto why = cannot(QStringLiteral("limits of control group ") + directory);
    ::rmdir(QFile::encodeName(directory).constData());
    return why;
}

}  // namespace fos1::trees
