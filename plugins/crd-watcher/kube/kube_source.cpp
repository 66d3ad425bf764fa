// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/kube_source.h"

#include <QCborArray>
#include <QCborStreamWriter>
#include <utility>

#include "fos1/cbor_size.h"

namespace fos1::crd {

namespace {

const kube::ResourceType& secretType() {
    static const kube::ResourceType type{QStringLiteral("v1"), QStringLiteral("Secret"), QStringLiteral("secrets"),
                                         true};
    return type;
}

bool isOf(const ObjectKey& key, const kube::ResourceType& type) {
    return key.kind == type.kind && key.apiVersion == type.apiVersion;
}

/// Those of a kind, from a host that watched the same or another version of it: a CRD with the conversion None has the
/// same objects in all of its versions.
const std::vector<QByteArray>* objectsOf(const Snapshot& snapshot, const kube::ResourceType& type) {
    const auto same = snapshot.objects.find(type.apiVersion + u'/' + type.kind);
    if (same != snapshot.objects.end()) return &same->second;
    const QString group = type.apiVersion.section(u'/', 0, 0) + u'/';
    for (const auto& [id, objects] : snapshot.objects)
        if (type.apiVersion.contains(u'/') && id.startsWith(group) && id.section(u'/', 2) == type.kind) return &objects;
    return nullptr;
}

}  // namespace

QString originOf(const ObjectKey& key) {
    return QStringLiteral("the cluster's %1 %2/%3 (%4)").arg(key.kind, key.ns, key.name, key.apiVersion);
}

KubeSource::KubeSource(kube::ApiClient& client, std::vector<kube::ResourceType> kinds, Options options,
                       QString snapshotPath, Submit sink, QObject* parent)
    : QObject(parent),
      m_client(client),
      m_options(std::move(options)),
      m_submit(std::move(sink)),
      m_snapshot(std::move(snapshotPath), [this] { return takeSnapshot(); }) {
    for (kube::ResourceType& type : kinds)
        if (type != secretType()) m_kinds.push_back(follow(std::move(type), m_options.scope, std::nullopt));
    m_submitTimer.setSingleShot(true);
    connect(&m_submitTimer, &QTimer::timeout, this, &KubeSource::submit);
    m_secretPatience.setSingleShot(true);
    connect(&m_secretPatience, &QTimer::timeout, this, [this] {
        m_isSecretPatienceOver = true;
        submit();
    });
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_isPatienceOver = true;
        submit();
    });
    const auto tell = [this](const QString& problem) {
        const bool wasKept = isSnapshotKept();
        m_isSnapshotKept = problem.isEmpty();
        if (std::exchange(m_snapshotProblem, problem) != problem || wasKept != isSnapshotKept()) Q_EMIT stateChanged();
    };
    connect(&m_snapshot, &SnapshotFile::failed, this, tell);
    connect(&m_snapshot, &SnapshotFile::written, this, [tell] { tell({}); });
}

KubeSource::~KubeSource() = default;

std::unique_ptr<KubeSource::Followed> KubeSource::follow(kube::ResourceType type, const kube::ListScope& scope,
                                                         std::optional<SecretName> only) {
    auto followed = std::make_unique<Followed>();
    followed->watch = std::make_unique<kube::ListWatch>(m_client, type, scope, m_options.watch);
    followed->type = std::move(type);
    followed->only = std::move(only);
    followed->emptyTimer.setSingleShot(true);
    Followed& one = *followed;
    kube::ListWatch* watch = one.watch.get();
    connect(watch, &kube::ListWatch::listing, this, [&one] { one.incoming.clear(); });
    connect(watch, &kube::ListWatch::listed, this, [this, &one](const QList<QCborMap>& page) {
        for (const QCborMap& object : page)
            one.incoming[m_pool.shared(clusterKeyOf(object))] = clusterObjectOf(object, m_compactor);
    });
    connect(watch, &kube::ListWatch::replaced, this, [this, &one] { onReplaced(one); });
    connect(watch, &kube::ListWatch::updated, this,
            [this](const QCborMap& object) { take(clusterKeyOf(object), clusterObjectOf(object, m_compactor)); });
    connect(watch, &kube::ListWatch::deleted, this, [this](const QCborMap& object) { drop(clusterKeyOf(object)); });
    connect(watch, &kube::ListWatch::stateChanged, this, &KubeSource::stateChanged);
    connect(&one.emptyTimer, &QTimer::timeout, this, [&one] {
        one.isEmptyBelieved = true;
        one.watch->relist();
    });
    return followed;
}

void KubeSource::start() {
    loadSnapshot();
    m_patience.start(m_options.patience);
    for (const auto& kind : m_kinds) kind->watch->start();
}

void KubeSource::stop() {
    for (const auto& kind : m_kinds) {
        kind->watch->stop();
        kind->emptyTimer.stop();
    }
    for (const auto& [name, secret] : m_secrets) {
        secret->watch->stop();
        secret->emptyTimer.stop();
    }
    m_patience.stop();
    m_secretPatience.stop();
    m_submitTimer.stop();
    m_snapshot.flush();
}

void KubeSource::loadSnapshot() {
    const auto snapshot = m_snapshot.read();
    if (!snapshot) {
        if (snapshot.error().code != ErrorCode::NotFound) m_snapshotProblem = snapshot.error().text();
        return;
    }
    m_isSnapshotKept = true;
    for (const auto& kind : m_kinds) {
        const std::vector<QByteArray>* known = objectsOf(*snapshot, kind->type);
        if (!known) continue;
        kind->isOutOfSnapshot = true;
        for (const QByteArray& bytes : *known) {
            QCborMap object = unpackedMap(snapshot->samples.expanded(bytes));
            object.insert(QStringLiteral("apiVersion"), kind->type.apiVersion);
            take(clusterKeyOf(object), clusterObjectOf(object, m_compactor));
        }
    }
    // The snapshot is complete by itself: do not wait for a server that may not answer for hours.
    submit();
}

Snapshot KubeSource::takeSnapshot() const {
    Snapshot snapshot;
    snapshot.server = m_client.access().server.toString();
    snapshot.samples = m_compactor.samples();
    for (const auto& kind : m_kinds)
        if (kind->isListed || kind->isOutOfSnapshot) snapshot.objects[kind->type.apiVersion + u'/' + kind->type.kind];
    for (const auto& [key, object] : m_objects) {
        const auto kind = snapshot.objects.find(key.apiVersion + u'/' + key.kind);
        if (kind != snapshot.objects.end() && !object.isDeleting) kind->second.push_back(object.desired);
    }
    return snapshot;
}

std::vector<ObjectKey> KubeSource::keysOf(const Followed& followed) const {
    std::vector<ObjectKey> keys;
    for (const auto& [key, object] : m_objects)
        if (isOf(key, followed.type) && (!followed.only || *followed.only == SecretName{key.ns, key.name}))
            keys.push_back(key);
    return keys;
}

void KubeSource::onReplaced(Followed& followed) {
    std::map<ObjectKey, ClusterObject> objects = std::exchange(followed.incoming, {});
    const std::vector<ObjectKey> before = keysOf(followed);
    if (objects.empty() && !before.empty() && !std::exchange(followed.isEmptyBelieved, false))
        return holdEmpty(followed, before.size());
    followed.emptyTimer.stop();
    followed.isEmptyBelieved = false;
    followed.held.clear();
    followed.isListed = true;
    followed.isOutOfSnapshot = false;
    for (auto& [key, object] : objects) take(key, std::move(object));
    for (const ObjectKey& key : before)
        if (!objects.contains(key)) drop(key);
    submitSoon();
    Q_EMIT stateChanged();
}

/// A new server, or one whose CRDs were installed again, lacks the objects that it should have.
void KubeSource::holdEmpty(Followed& followed, std::size_t count) {
    followed.held =
        QStringLiteral(
            "the cluster's list is suddenly empty; the %1 known objects stay in force until it has been empty for %2 s")
            .arg(count)
            .arg(std::chrono::duration_cast<std::chrono::seconds>(m_options.emptyGrace).count());
    if (!followed.emptyTimer.isActive()) followed.emptyTimer.start(m_options.emptyGrace);
    Q_EMIT stateChanged();
}

void KubeSource::take(const ObjectKey& key, ClusterObject next) {
    for (QString& finalizer : next.finalizers) finalizer = m_pool.shared(finalizer);
    ClusterObject& kept = known(key);
    const QByteArray desired = m_compactor.expanded(next.desired);
    const bool isSame = m_compactor.expanded(kept.desired) == desired && kept.isDeleting == next.isDeleting;
    kept = std::move(next);
    if (!isSame) {
        const QCborMap spec = kept.isDeleting ? QCborMap() : unpackedMap(desired).value(QStringLiteral("spec")).toMap();
        refer(key, secretsOf(spec, key.ns));
        m_touched.insert(key);
        submitSoon();
    }
    Q_EMIT objectChanged(key);
}

ClusterObject& KubeSource::known(const ObjectKey& key) {
    const auto it = m_objects.find(key);
    if (it != m_objects.end()) return it->second;
    return m_objects[m_pool.shared(key)];
}

void KubeSource::drop(const ObjectKey& key) {
    if (m_objects.erase(key) == 0) return;
    refer(key, {});
    m_touched.insert(key);
    submitSoon();
    Q_EMIT objectChanged(key);
}

void KubeSource::refer(const ObjectKey& key, std::set<SecretName> secrets) {
    const auto known = m_references.find(key);
    if (known == m_references.end() ? secrets.empty() : known->second == secrets) return;
    m_areReferencesNew = true;
    if (secrets.empty())
        m_references.erase(key);
    else
        m_references[key] = std::move(secrets);
}

void KubeSource::followSecrets() {
    if (!std::exchange(m_areReferencesNew, false)) return;
    std::set<SecretName> wanted;
    for (const auto& [key, secrets] : m_references) wanted.insert(secrets.begin(), secrets.end());
    std::vector<ObjectKey> unwanted;
    std::erase_if(m_secrets, [&](const auto& item) {
        if (wanted.contains(item.first)) return false;
        unwanted.push_back({secretType().apiVersion, secretType().kind, item.first.ns, item.first.name});
        return true;
    });
    for (const ObjectKey& key : unwanted) drop(key);
    for (const SecretName& name : wanted) {
        std::unique_ptr<Followed>& secret = m_secrets[name];
        if (secret) continue;
        // By name, so that a role needs to grant access only to these names.
        secret = follow(secretType(), {name.ns, {}, QStringLiteral("metadata.name=") + name.name}, name);
        secret->watch->start();
    }
}

void KubeSource::submitSoon() {
    if (!m_submitTimer.isActive()) m_submitTimer.start(0);
}

/// The state of an earlier run may be in force with its keys, and must not lose them for a moment.
bool KubeSource::mayBeWithoutSecrets() const {
    return m_isSecretPatienceOver ||
           std::all_of(m_secrets.begin(), m_secrets.end(), [](const auto& item) { return item.second->isListed; });
}

bool KubeSource::mayBeSynced() const {
    std::size_t listed = 0;
    for (const auto& kind : m_kinds) listed += kind->isListed ? 1 : 0;
    // Kinds that the cluster does not have, or hides from us, delay the others only for a limited time.
    return listed == m_kinds.size() || (listed > 0 && m_isPatienceOver);
}

void KubeSource::submit() {
    m_submitTimer.stop();
    // Submit nothing until everything is known: objects of another source may still be in force.
    if (!m_isSynced && !isFromSnapshot() && !mayBeSynced()) return;
    followSecrets();
    if (!m_isSynced && !mayBeWithoutSecrets()) {
        if (!m_secretPatience.isActive()) m_secretPatience.start(m_options.secretPatience);
        return;
    }
    const bool isFirst = !std::exchange(m_isSynced, true);
    if (m_touched.empty() && !isFirst) return;
    // QCborMap::insert() searches the whole map, and there may be thousands of entries.
    QByteArray replace;
    QCborStreamWriter writer(&replace);
    writer.startMap();
    QCborArray remove;
    for (const ObjectKey& key : m_touched) {
        const auto object = m_objects.find(key);
        if (object == m_objects.end() || object->second.isDeleting) {
            remove.append(originOf(key));
            continue;
        }
        writer.append(originOf(key));
        writer.startArray(1);
        writer.append(m_compactor.expanded(object->second.desired));
        writer.endArray();
    }
    writer.endMap();
    // The first transaction is the complete state: in the same step it removes the objects of an earlier run or of
    // another kind of source.
    const QCborMap result = m_submit({{QStringLiteral("replace"), QCborValue::fromCbor(replace)},
                                      {QStringLiteral("remove"), remove},
                                      {QStringLiteral("synced"), true},
                                      {QStringLiteral("whole"), isFirst}});
    std::map<QString, QString> refused;
    const QCborArray errors = result.value(QStringLiteral("errors")).toArray();
    for (const QCborValue& value : errors) {
        const QCborMap error = value.toMap();
        const QString path = error.value(QStringLiteral("path")).toString();
        const QString message = error.value(QStringLiteral("message")).toString();
        QString& text = refused[error.value(QStringLiteral("origin")).toString()];
        if (!text.isEmpty()) text += u'\n';
        text += path.isEmpty() ? message : path + QStringLiteral(": ") + message;
    }
    for (const ObjectKey& key : std::exchange(m_touched, {})) {
        const auto refusal = refused.find(originOf(key));
        if (refusal == refused.end())
            m_refusals.erase(key);
        else
            m_refusals[key] = refusal->second;
    }
    m_snapshot.touch();
    Q_EMIT stateChanged();
}

const ClusterObject* KubeSource::find(const ObjectKey& key) const {
    const auto it = m_objects.find(key);
    return it == m_objects.end() ? nullptr : &it->second;
}

ObjectKey KubeSource::shared(const ObjectKey& key) const {
    const auto it = m_objects.find(key);
    return it == m_objects.end() ? key : it->first;
}

const kube::ResourceType* KubeSource::typeOf(const ObjectKey& key) const {
    for (const auto& kind : m_kinds)
        if (isOf(key, kind->type)) return &kind->type;
    return nullptr;
}

QStringList KubeSource::problems() const {
    QStringList all;
    const auto add = [&](const Followed& followed, const QString& what) {
        if (!followed.watch->problem().isEmpty()) all.append(what + QStringLiteral(": ") + followed.watch->problem());
        if (!followed.held.isEmpty()) all.append(what + QStringLiteral(": ") + followed.held);
    };
    for (const auto& kind : m_kinds) add(*kind, kind->type.plural);
    for (const auto& [name, secret] : m_secrets) add(*secret, QStringLiteral("secret %1/%2").arg(name.ns, name.name));
    return all;
}

bool KubeSource::isListed() const {
    return std::all_of(m_kinds.begin(), m_kinds.end(), [](const auto& kind) { return kind->isListed; });
}

bool KubeSource::isFromSnapshot() const {
    return std::any_of(m_kinds.begin(), m_kinds.end(), [](const auto& kind) { return kind->isOutOfSnapshot; });
}

}  // namespace fos1::crd
