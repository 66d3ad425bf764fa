// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/runner_launch.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <set>

#include "config.h"
#include "host_paths.h"
#include "plugins/hand_over.h"
#include "plugins/runner_permissions.h"

namespace fos1::host {

namespace {

using User = Accounts::User;

/// Whether this process may switch to the user ("uid") or group ("gid") `id`: it is root, and the id exists in our user
/// namespace (user_namespaces(7)).
bool canBecome(const char* kind, unsigned id) {
    if (::geteuid() != 0) return false;
    QFile file(QStringLiteral("/proc/self/%1_map").arg(QLatin1String(kind)));
    if (!file.open(QIODevice::ReadOnly)) return false;
    for (const QByteArray& line : file.readAll().split('\n')) {
        const QList<QByteArray> fields = line.simplified().split(' ');
        if (fields.size() != 3) continue;
        const quint64 first = fields[0].toULongLong();
        if (id >= first && id < first + fields[2].toULongLong()) return true;
    }
    return false;
}

/// The ids of the granted groups. Those that the runner cannot have are added to `refused`.
std::vector<unsigned> groupsOf(const QStringList& names, const Accounts& accounts, bool isOwnUser,
                               QStringList& refused) {
    std::vector<unsigned> ids;
    for (const QString& name : names) {
        const auto entry = accounts.groups.find(name);
        const QString what = QStringLiteral("membership in group ") + name;
        if (entry == accounts.groups.end())
            refused.append(what + QStringLiteral(", which this machine does not have"));
        else if (isOwnUser ? canBecome("gid", entry->second) : ::group_member(entry->second) != 0)
            ids.push_back(entry->second);
        else
            refused.append(what + QStringLiteral(", which the host itself cannot give"));
    }
    return ids;
}

Result<std::optional<User>> userOf(const PluginRecord& record, const QString& name, const Accounts& accounts) {
    const QString& id = record.id;
    const unsigned uid = record.ownUserId;
    if (name.isEmpty()) return canBecome("uid", uid) ? std::optional(User{uid, uid}) : std::nullopt;
    if (!accounts.user)
        return failure(ErrorCode::NotFound, QStringLiteral("there is no user \"%1\" on this machine").arg(name),
                       QStringLiteral("isolation.%1.user").arg(id));
    if (accounts.user->uid == ::geteuid()) return std::optional<User>();
    if (!canBecome("uid", accounts.user->uid))
        return failure(ErrorCode::Refused, QStringLiteral("only root can start a runner as another user"),
                       QStringLiteral("isolation.%1.user").arg(id));
    return accounts.user;
}

}  // namespace

QString runnerProgram() { return installedPath(QStringLiteral(FOS1_LIBEXEC_DIR "/fos1-plugin-runner")); }

void assignUserIds(const std::vector<std::unique_ptr<PluginRecord>>& records) {
    std::set<unsigned> taken;
    for (const auto& record : records) {
        unsigned attempt = 0;
        do record->ownUserId = dynamicUserId(record->id, attempt++);
        while (taken.contains(record->ownUserId) || ::getpwuid(record->ownUserId));
        taken.insert(record->ownUserId);
    }
}

AccountNames accountsOf(const PluginRecord& record) {
    if (record.isolation != Isolation::Remote) return {};
    const RunnerRights given = permissionsOf(record.id, record.metadata.runner, record.granted).given;
    return {given.user, given.groups};
}

Result<RunnerLaunch> prepareRunner(const PluginRecord& record, const PluginFacade::Directories& directories,
                                   const Accounts& accounts, RunnerTrees& trees, const QString& stateDir) {
    const RunnerPermissions permissions = permissionsOf(record.id, record.metadata.runner, record.granted);
    const auto user = userOf(record, permissions.given.user, accounts);
    if (!user) return tl::unexpected<Error>(user.error());
    for (const QString& directory : {directories.state, directories.runtime}) {
        const User owner = user->value_or(User{::geteuid(), ::getegid()});
        if (!handOver(directory, owner.uid, owner.gid))
            return failure(ErrorCode::Io, QStringLiteral("cannot be given to user %1").arg(owner.uid), directory);
    }
    RunnerLaunch prepared;
    prepared.refused = permissions.refused;
    RemoteInstance::Launch& launch = prepared.launch;
    launch.program = runnerProgram();
    launch.limits = {permissions.given.memoryMiB, permissions.given.cpuPercent};
    launch.request.id = record.id;
    launch.request.file = record.metadata.file;
    launch.request.publishes = record.metadata.publishes;
    launch.request.subscribes = record.metadata.subscribes;
    launch.request.features = record.metadata.requiredFeatures + record.metadata.wantedFeatures;
    launch.request.configuration = record.configuration;
    launch.request.stateDirectory = directories.state;
    launch.request.runtimeDirectory = directories.runtime;
    link::Confinement& confinement = launch.request.confinement;
    if (!*user)
        prepared.remarks.append(::geteuid() == 0 ? QStringLiteral("runs as root, without root's capabilities")
                                                 : QStringLiteral("runs as the host's own user"));
    if (*user) {
        confinement.uid = (*user)->uid;
        confinement.gid = (*user)->gid;
    }
    confinement.groups = groupsOf(permissions.given.groups, accounts, user->has_value(), prepared.refused);
    confinement.capabilities = permissions.given.capabilities;
    confinement.read = permissions.given.read;
    confinement.write = permissions.given.write;
    confinement.execute = permissions.given.execute;
    confinement.memoryMiB = permissions.given.memoryMiB;
    std::optional<RunnerTrees::User> treeUser;
    if (*user) treeUser = RunnerTrees::User{(*user)->uid, permissions.given.user.isEmpty()};
    launch.tree = trees.make(record.id, launch.limits, treeUser, stateDir);
    if (const auto tag = launch.tree->group()) confinement.groups.push_back(*tag);
    return prepared;
}

}  // namespace fos1::host
