// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube_side.h"

#include <QCoreApplication>
#include <QFile>
#include <QSaveFile>
#include <QSysInfo>

#include "fos1/logging.h"
#include "kubeconfig.h"
#include "node/identity.h"

namespace fos1::crd {

namespace {

FOS1_LOG(lcKube, "crd-watcher.kube")

const QString kNodeTopic = QString::fromLatin1(node::Identity::kTopic);

const QString kNotListed = QStringLiteral("The objects in the cluster are not known yet.");

/// How long to wait for the first information about the node, from a cluster that answers.
constexpr std::chrono::seconds kNodePatience{2};

QString member(const QCborMap& config, const char* key) { return config.value(QLatin1String(key)).toString(); }
std::chrono::seconds seconds(const QCborMap& config, const char* key, qint64 fallback) {
    return std::chrono::seconds(config.value(QLatin1String(key)).toInteger(fallback));
}

QString nodeOf(const QCborMap& config) {
    if (const QString given = member(config, "node"); !given.isEmpty()) return given;
    const QString variable = qEnvironmentVariable("NODE_NAME");
    return variable.isEmpty() ? QSysInfo::machineHostName() : variable;
}

std::vector<kube::ResourceType> kindsOf(const QCborMap& catalog) {
    std::vector<kube::ResourceType> types;
    const QCborArray kinds = catalog.value(QStringLiteral("kinds")).toArray();
    for (const QCborValue& value : kinds) {
        const QCborMap kind = value.toMap();
        types.push_back({member(kind, "apiVersion"), member(kind, "kind"), member(kind, "plural"),
                         kind.value(QStringLiteral("namespaced")).toBool(true)});
    }
    return types;
}

std::set<QString> kindsWithNodes(const QCborMap& catalog) {
    std::set<QString> ids;
    const QCborArray kinds = catalog.value(QStringLiteral("kinds")).toArray();
    for (const QCborValue& value : kinds) {
        const QCborMap kind = value.toMap();
        const QCborMap properties =
            kind.value(QStringLiteral("status")).toMap().value(QStringLiteral("properties")).toMap();
        if (properties.contains(QStringLiteral("nodes")))
            ids.insert(member(kind, "apiVersion") + u'/' + member(kind, "kind"));
    }
    return ids;
}

struct Detail {
    std::set<QString> kinds;  ///< that have it
    std::optional<OwnDetail::Options> own;
};

/// Of one kind of detail objects, which several kinds may share.
Detail detailOf(const QString& node, const QCborMap& catalog) {
    Detail detail;
    const QCborArray kinds = catalog.value(QStringLiteral("kinds")).toArray();
    for (const QCborValue& value : kinds) {
        const QCborMap kind = value.toMap();
        const QCborMap shown = kind.value(QStringLiteral("nodeDetail")).toMap();
        if (shown.isEmpty()) continue;
        const kube::ResourceType type{member(kind, "apiVersion"), member(shown, "kind"), member(shown, "plural"),
                                      false};
        if (!detail.own) {
            detail.own.emplace();
            detail.own->node = node;
            detail.own->type = type;
            detail.own->schema = shown.value(QStringLiteral("status")).toMap();
            detail.own->facts = {{QStringLiteral("host"),
                                  QCborMap{{QStringLiteral("version"), QCoreApplication::applicationVersion()}}}};
        }
        if (detail.own->type == type) detail.kinds.insert(member(kind, "apiVersion") + u'/' + member(kind, "kind"));
    }
    return detail;
}

QCborMap catalogOf(const HostView& host) { return feature<ISpecCatalog>(host.host())->kinds(); }

KubeSource::Options sourceOptions(const QCborMap& config) {
    KubeSource::Options options;
    options.scope = {member(config, "namespace"), member(config, "labelSelector"), {}};
    options.watch.pageSize = static_cast<int>(config.value(QStringLiteral("pageSize")).toInteger(500));
    options.watch.silence = seconds(config, "silence", 90);
    options.emptyGrace = seconds(config, "emptyGrace", 60);
    return options;
}

StatusWriter::Options statusOptions(const QString& node, const QCborMap& catalog, OwnDetail* own, DetailBook* book) {
    StatusWriter::Options options;
    options.node = node;
    options.kindsWithNodes = kindsWithNodes(catalog);
    options.kindsWithDetail = detailOf(node, catalog).kinds;
    options.own = own;
    options.book = book;
    return options;
}

/// The kinds that the operator names, otherwise those that their CRDs mark.
std::set<QString> finalizerKinds(const QCborMap& config, const QCborMap& catalog) {
    std::set<QString> ids;
    const QCborValue named = config.value(QStringLiteral("finalizerKinds"));
    for (const QCborValue& kind : named.toArray()) ids.insert(kind.toString());
    if (named.isArray()) return ids;
    for (const QCborValue& value : catalog.value(QStringLiteral("kinds")).toArray()) {
        const QCborMap kind = value.toMap();
        if (kind.value(QStringLiteral("withdrawFirst")).toBool())
            ids.insert(member(kind, "apiVersion") + u'/' + member(kind, "kind"));
    }
    return ids;
}

Finalizers::Options finalizerOptions(const QString& node, const QCborMap& config, const QCborMap& catalog) {
    Finalizers::Options options;
    options.node = node;
    options.limit = seconds(config, "finalizerLimit", 30);
    options.kinds = finalizerKinds(config, catalog);
    return options;
}

std::unique_ptr<OwnDetail> makeOwn(kube::ApiClient& client, const Detail& detail) {
    return detail.own ? std::make_unique<OwnDetail>(client, *detail.own) : nullptr;
}

LeaseLock::Name leaseName(const QCborMap& config, const kube::ClusterAccess& access) {
    for (const QString& ns : {member(config, "leaseNamespace"), member(config, "namespace"), access.ns})
        if (!ns.isEmpty()) return {ns, QStringLiteral("fos1-host")};
    return {QStringLiteral("default"), QStringLiteral("fos1-host")};
}

}  // namespace

Result<std::unique_ptr<KubeSide>> KubeSide::make(const HostView& host, const QCborMap& config) {
    const QString file = member(config, "kubeconfig");
    auto access = file.isEmpty() ? kube::inClusterAccess(kube::ownEnvironment(),
                                                         QString::fromLatin1(kube::kServiceAccountDirectory))
                                 : kube::readKubeconfig(file, member(config, "context"));
    if (!access) return tl::unexpected(access.error());
    return std::unique_ptr<KubeSide>(new KubeSide(host, config, std::move(*access)));
}

KubeSide::KubeSide(const HostView& host, const QCborMap& config, kube::ClusterAccess access)
    : m_host(host),
      m_node(nodeOf(config)),
      m_mustCheckTimes(member(config, "certificateTimes") == QStringLiteral("always")),
      m_client(std::move(access), "fos1-host"),
      m_source(
          m_client, kindsOf(catalogOf(host)), sourceOptions(config),
          host.host().stateDirectory() + QStringLiteral("/cluster.snapshot"),
          [sink = feature<ISpecSource>(host.host())](const QCborMap& transaction) { return sink->apply(transaction); }),
      m_lease(m_client, leaseName(config, m_client.access()), m_node),
      m_own(makeOwn(m_client, detailOf(m_node, catalogOf(host)))),
      m_book(m_own ? std::make_unique<DetailBook>(m_client, detailOf(m_node, catalogOf(host)).own->type) : nullptr),
      m_status(m_client, m_source, m_lease, statusOptions(m_node, catalogOf(host), m_own.get(), m_book.get())),
      m_finalizers(
          m_client, m_source, finalizerOptions(m_node, config, catalogOf(host)),
          [catalog = feature<ISpecCatalog>(host.host())](const ObjectKey& key) {
              return catalog->pending(key.apiVersion, key.kind);
          },
          [this](const ObjectKey& key) { return m_status.isServedHere(key); }),
      m_events(m_client, m_source, m_node),
      m_nodeWatch(m_client, {QStringLiteral("v1"), QStringLiteral("Node"), QStringLiteral("nodes"), false},
                  {{}, {}, QStringLiteral("metadata.name=") + m_node}, sourceOptions(config).watch),
      m_beat(m_client, {leaseName(config, m_client.access()).ns, m_node}, [this] { return othersKnown(); }) {
    m_identityFile = host.host().stateDirectory() + QStringLiteral("/node.identity");
    m_client.setClockTrusted(m_mustCheckTimes);
    m_report.setSingleShot(true);
    connect(&m_report, &QTimer::timeout, this, &KubeSide::report);
    const auto reportSoon = [this] {
        if (!m_report.isActive()) m_report.start(0);
    };
    connect(&m_source, &KubeSource::stateChanged, this, reportSoon);
    connect(&m_status, &StatusWriter::stateChanged, this, reportSoon);
    connect(&m_finalizers, &Finalizers::stateChanged, this, reportSoon);
    connect(&m_client, &kube::ApiClient::timeWaived, this, reportSoon);
    connect(&m_client, &kube::ApiClient::trustRegained, this, reportSoon);
    connect(&m_client, &kube::ApiClient::serverAnswered, this, reportSoon);
    connect(&m_beat, &NodeBeat::stateChanged, this, reportSoon);
    connect(&m_beat, &NodeBeat::gone, &m_status, &StatusWriter::setGone);
    if (m_own) connect(m_own.get(), &OwnDetail::stateChanged, this, reportSoon);
    connect(&m_status, &StatusWriter::servingChanged, &m_finalizers, &Finalizers::consider);
    connect(&m_nodeWatch, &kube::ListWatch::listed, this, &KubeSide::onNode);
    connect(&m_nodeWatch, &kube::ListWatch::updated, this, [this](const QCborMap& node) { onNode({node}); });
    connect(&m_nodeWatch, &kube::ListWatch::deleted, this, [this] { onNode({}); });
    connect(&m_nodeWatch, &kube::ListWatch::stateChanged, this, reportSoon);
}

KubeSide::~KubeSide() = default;

NodeBeat::Others KubeSide::othersKnown() const {
    return {m_status.nodes(), std::max(m_status.nodeCount() - (m_own && m_own->isReporting() ? 1 : 0), qsizetype{0})};
}

void KubeSide::start() {
    m_facts = std::make_unique<Subscription<node::Fact>>(
        m_host.bus(), [this](const QString& name, const TopicState<node::Fact>& fact) { onFact(name, fact); });
    feature<IStatusFeed>(m_host.host())->subscribe(&m_status);
    feature<IEventFeed>(m_host.host())->subscribe(&m_events);
    qCInfo(lcKube).noquote() << "cluster=" + m_client.access().server.toString() << "node=" + m_node
                             << "credentials=" + m_client.access().description;
    m_nodeWatch.start();
    // Objects that select nodes by labels must not be reported as another node's before the labels are known.
    if (recallNode())
        startSource();
    else
        QTimer::singleShot(kNodePatience, this, &KubeSide::startSource);
    report();
}

void KubeSide::startSource() {
    if (std::exchange(m_isStarted, true)) return;
    m_source.start();
    m_beat.start();
    if (m_own) m_own->start();
}

/// Restores what the cluster reported about this node before the host was restarted.
bool KubeSide::recallNode() {
    QFile file(m_identityFile);
    if (!file.open(QIODevice::ReadOnly)) return false;
    QCborParserError broken;
    const QCborMap identity = QCborValue::fromCbor(file.readAll(), &broken).toMap();
    // Do not read half a map: Qt aborts on a key without a value.
    if (broken.error != QCborError::NoError) return false;
    if (!node::Identity::decode(identity)) return false;
    m_host.bus().publish(kNodeTopic, m_node, identity, 0);
    return true;
}

void KubeSide::stop(std::function<void()> done) {
    m_facts.reset();
    feature<IStatusFeed>(m_host.host())->unsubscribe(&m_status);
    feature<IEventFeed>(m_host.host())->unsubscribe(&m_events);
    m_nodeWatch.stop();
    m_source.stop();
    if (m_own) m_own->stop();
    if (m_book) m_book->close();
    m_beat.leave(std::move(done));
}

void KubeSide::write(const QCborMap& /*object*/, const Done& done) {
    done(failure(ErrorCode::Refused,
                 QStringLiteral("the desired state comes from the cluster at %1: change it there, with kubectl apply")
                     .arg(m_client.access().server.toString())));
}

void KubeSide::erase(const QCborMap& key, const Done& done) { write(key, done); }

void KubeSide::merge(const QCborMap& change, const Done& done) { write(change, done); }

void KubeSide::onFact(const QString& name, const TopicState<node::Fact>& fact) {
    // A clock that was right once does not drift by years.
    if (name == QLatin1String(node::kClockTrusted) && fact.value && fact.value->holds) m_client.setClockTrusted(true);
}

void KubeSide::onNode(const QList<QCborMap>& nodes) {
    const QString uid =
        nodes.isEmpty() ? QString() : member(nodes.first().value(QStringLiteral("metadata")).toMap(), "uid");
    m_beat.setOwner(uid);
    if (m_own) m_own->setOwner(uid);
    if (nodes.isEmpty()) {
        QFile::remove(m_identityFile);
        m_host.bus().retract(kNodeTopic, m_node, QStringLiteral("the cluster has no node with this name"));
        return startSource();
    }
    node::Identity identity;
    const QCborMap labels =
        nodes.first().value(QStringLiteral("metadata")).toMap().value(QStringLiteral("labels")).toMap();
    for (const auto& item : labels) identity.labels.emplace(item.first.toString(), QCborValue(item.second).toString());
    QSaveFile file(m_identityFile);
    if (!file.open(QIODevice::WriteOnly) || file.write(QCborValue(identity.encode()).toCbor()) < 0 || !file.commit())
        qCWarning(lcKube).noquote() << m_identityFile << file.errorString();
    m_host.bus().publish(kNodeTopic, m_node, identity.encode(), 0);
    startSource();
}

void KubeSide::tell(const char* type, bool isGood, const char* reason, const QString& message) {
    m_host.setCondition((isGood ? good : bad)(type, reason, message, 0));
    QString& told = m_told[QString::fromLatin1(type)];
    const bool isNews = told != QLatin1String(reason) && !(told.isEmpty() && isGood);
    told = QString::fromLatin1(reason);
    if (!isNews) return;
    if (isGood) {
        qCInfo(lcKube).noquote() << message;
        m_host.normal(told, message);
    } else {
        qCWarning(lcKube).noquote() << message;
        m_host.warning(told, message);
    }
}

void KubeSide::tellUnknown(const char* type, const char* reason, const QString& message) {
    m_host.setCondition({QString::fromLatin1(type), ConditionStatus::Unknown, QString::fromLatin1(reason), message, 0});
}

void KubeSide::report() {
    const QString server = m_client.access().server.toString();
    QStringList problems = m_source.problems();
    // The labels of the node are useful but not required.
    const bool isWithoutNode = m_nodeWatch.state() == kube::ListWatch::State::Absent;
    if (!m_nodeWatch.problem().isEmpty() && !isWithoutNode)
        problems.append(QStringLiteral("node %1: %2").arg(m_node, m_nodeWatch.problem()));
    if (problems.isEmpty() && !m_source.isListed())
        tellUnknown("ClusterReachable", "Connecting", QStringLiteral("Connecting to %1.").arg(server));
    else if (problems.isEmpty())
        tell("ClusterReachable", true, "Watching", QStringLiteral("Watching every kind at %1.").arg(server));
    else
        tell("ClusterReachable", false, "Trouble", server + QStringLiteral(": ") + problems.join(u'\n'));

    if (m_source.isFromSnapshot())
        tell("ConfigurationCurrent", false, "FromSnapshot",
             QStringLiteral("The configuration is the last one that this node received from the cluster; later changes "
                            "are applied when the cluster answers."));
    else if (!m_source.isListed())
        tellUnknown("ConfigurationCurrent", "NotListed", kNotListed);
    else
        tell("ConfigurationCurrent", true, "Followed", QStringLiteral("The configuration is that of the cluster."));
    if (!m_source.snapshotProblem().isEmpty())
        tell("SnapshotKept", false, "SnapshotUnusable", m_source.snapshotProblem());
    else if (!m_source.isSnapshotKept())
        tellUnknown("SnapshotKept", "NotWritten", QStringLiteral("There is nothing to keep yet."));
    else
        tell("SnapshotKept", true, "Kept", QStringLiteral("The cluster's objects are kept for the next start."));

    QStringList refusals;
    for (const auto& [key, why] : m_source.refusals()) refusals.append(key.text() + QStringLiteral(": ") + why);
    if (refusals.isEmpty() && !m_source.isListed() && !m_source.isFromSnapshot())
        tellUnknown("ManifestsValid", "NotListed", kNotListed);
    else if (refusals.isEmpty())
        tell("ManifestsValid", true, "AllAccepted", QStringLiteral("Every object of the cluster is in force."));
    else
        tell("ManifestsValid", false, "ObjectInvalid", refusals.join(u'\n').left(32'000));

    QString writing;
    for (const QString& problem :
         {m_status.problem(), m_finalizers.problem(), m_beat.problem(), m_own ? m_own->problem() : QString()})
        if (writing.isEmpty()) writing = problem;
    if (writing.isEmpty() && !m_source.isListed())
        tellUnknown("StatusWritten", "NotListed", kNotListed);
    else if (writing.isEmpty())
        tell("StatusWritten", true, "Written", QStringLiteral("The status of every object is written to the cluster."));
    else
        tell("StatusWritten", false, "WriteFailed", writing);
    reportTrust();
    markObjects();
}

void KubeSide::reportTrust() {
    if (m_client.access().isInsecure)
        return tell("ServerVerified", false, "InsecureSkipTlsVerify",
                    QStringLiteral("The API server's certificate is NOT checked (insecure-skip-tls-verify in %1): "
                                   "anyone on the path to it can configure this router and read its Secrets.")
                        .arg(m_client.access().description));
    if (m_client.hasWaivedTime())
        return tell(
            "ServerVerified", false, "ClockNotTrusted",
            QStringLiteral("By this node's clock, the API server's certificate is not valid now. The clock may be "
                           "wrong, so only this check was skipped; it is repeated when the time is synchronized."));
    if (!m_client.hasAnswered())
        return tellUnknown("ServerVerified", "NoAnswer", QStringLiteral("The API server has not answered yet."));
    tell("ServerVerified", true, "Verified", QStringLiteral("The API server's certificate is checked."));
}

void KubeSide::markObjects() {
    std::set<ObjectKey> marked;
    for (const auto& [key, why] : m_source.refusals()) {
        marked.insert(key);
        if (!m_marked.contains(key)) m_host.warning(QStringLiteral("Invalid"), why.left(1000), key);
        m_host.setCondition(key,
                            bad("Accepted", "Invalid", QStringLiteral("The last good version stays in force: ") + why));
    }
    for (const ObjectKey& key : m_marked)
        if (!marked.contains(key)) m_host.removeCondition(key, QStringLiteral("Accepted"));
    m_marked = std::move(marked);
}

}  // namespace fos1::crd
