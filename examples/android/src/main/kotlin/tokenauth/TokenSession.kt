/**
 * A session that signs nobody out without a cause, as one file for an app with OkHttp 4.12 or 5. It is the twin of client/session.ts;
 * docs/client.md has the algorithm in words.
 */
package tokenauth

import java.io.IOException
import java.io.InterruptedIOException
import java.util.UUID
import java.util.concurrent.Callable
import java.util.concurrent.ExecutionException
import java.util.concurrent.Executors
import java.util.concurrent.Future
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import okhttp3.FormBody
import okhttp3.Headers
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.Interceptor
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import org.json.JSONObject
import tokenauth.SessionException.Reason.SIGNED_OUT
import tokenauth.SessionException.Reason.STORE_UNAVAILABLE
import tokenauth.SessionException.Reason.SUPERSEDED
import tokenauth.SessionException.Reason.UNAVAILABLE

/** One text, which survives a restart. Each text is kept by one process and one `TokenSession` at a time. */
interface TokenStore {
    /** The text that was written last, or null if there is none. Throws if that cannot be told, as when the device is locked. */
    fun read(): String?

    /** Replaces the text; null removes it. Returns only when a kill could not undo it, and throws otherwise. */
    fun write(text: String?)
}

/** Why a call failed, if not for an `IOException` of its own request. */
class SessionException(
    val reason: Reason,
    cause: Throwable? = null,
    /** How long the server wants no request; 0 if it did not say. */
    val retryAfterSeconds: Long = 0,
) : IOException(reason.name, cause) {
    enum class Reason {
        /** Nobody is signed in, or the server has ended the session. Show the login. */
        SIGNED_OUT,

        /** Another sign-in or a logout came in between; the answer was dropped. */
        SUPERSEDED,

        /** The store could not be read or written. The session is what it was: try again later. */
        STORE_UNAVAILABLE,

        /** A sign-in or a refresh got no answer, or none of the server's. The session is what it was: try again later. */
        UNAVAILABLE,
    }
}

/** The server's answer to a sign-in: 200 or 201, or 400 to 499 with messages by field or as `detail`. */
class Answer internal constructor(
    val status: Int,
    val json: JSONObject,
    internal val headers: Headers,
    internal val sentAt: Long,
)

/**
 * Puts the token into requests below `baseUrl`, and into no others; keeps it fresh; repeats what was lost or refused for an old token, once.
 * Requests fail with a `SessionException` if there is no token to send. All methods block: call them off the main thread.
 *
 * An interceptor does what would take two with an `Authenticator`, which hears of 401s only.
 *
 * @param baseUrl the deployment's `ApiUrl`
 * @param userAgent names the device in the user's list of sessions
 * @param http sends the session's own requests. It must not contain this interceptor
 * @param now milliseconds on a clock that nobody sets. On Android `SystemClock::elapsedRealtime`, as `nanoTime` stops in deep sleep
 * @param sleep replaced in tests
 */
class TokenSession(
    baseUrl: String,
    private val store: TokenStore,
    private val userAgent: String,
    http: OkHttpClient = OkHttpClient(),
    private val now: () -> Long = { System.nanoTime() / 1_000_000 },
    private val sleep: (Long) -> Unit = Thread::sleep,
) : Interceptor {
    private val base = "${baseUrl.trimEnd('/')}/".toHttpUrl()
    private val http = http.newBuilder().callTimeout(REQUEST_LIMIT_SECONDS, SECONDS).build()

    /** The only thread that touches the store, so that changes come one after the other. */
    private val vault = Executors.newSingleThreadExecutor { Thread(it, "token-store").apply { isDaemon = true } }

    /** Numbers sign-ins and logouts in the order in which they began. */
    private val begun = AtomicInteger()

    /** The number of the last one in force. An answer to what began before it is dropped. */
    private val generation = AtomicInteger()

    /** By old token: the refresh that is under way. Guarded by itself. */
    private val refreshing = mutableMapOf<String, Future<Held>>()

    /** What was last seen in the store. */
    @Volatile private var known: Held? = null

    /** The session that was taken out, in case the store could not be written. */
    @Volatile private var ended: String? = null

    /** A successor that is not stored yet. It is not used before it is. Only the vault's thread has it. */
    private var unsaved: Unsaved? = null

    // These save requests and no more, so that a race between two answers does no harm.
    @Volatile private var age: Age? = null
    @Volatile private var pause: Pause? = null
    @Volatile private var aheadFrom = Long.MIN_VALUE

    /** The username of a signup that may have been done without an answer. */
    @Volatile private var unanswered: String? = null

    private class Held(val token: String, val session: String, val lifetime: Long?)

    private class Unsaved(val from: Held, val to: Held)

    private class Age(val token: String, val sentAt: Long, val tokenSeconds: Long, val sessionSeconds: Long)

    private class Pause(val until: Long, val failure: SessionException)

    /** Whether a session is stored; the server is not asked. */
    fun isSignedIn(): Boolean =
        try {
            current(generation.get())
            true
        } catch (e: SessionException) {
            if (e.reason != SIGNED_OUT) throw e
            false
        }

    /** Signs in, and ends the session that was stored before. 400 with `non_field_errors` if name or password is wrong. */
    fun login(username: String, password: String): Answer = signIn { twice { sendLogin(username, password) } }

    /**
     * Creates a user and signs in. A signup whose answer was lost is sent again; if the name is taken then, the user is logged in with what
     * was typed. Where addresses have to be verified first, the answer has no `token` and nobody is signed in.
     */
    fun signup(username: String, email: String, password: String): Answer = signIn {
        val fields = FormBody.Builder().add("username", username).add("email", email).add("password", password)
        twice {
            val mayBeDone = unanswered == username
            unanswered = username
            val answer = send("api/signup/", fields.build(), header = "User-Agent" to userAgent)
            val isTaken = "A user with that username already exists." in answer.messages("username")
            val instead = if (mayBeDone && isTaken) sendLogin(username, password) else answer
            unanswered = null
            // Only if the login is refused, the name is somebody else's.
            if (WRONG_CREDENTIALS in instead.messages("non_field_errors")) answer else instead
        }
    }

    /**
     * Forgets the session, also offline, and tells the server without waiting: the future has whether the server knows. Call it after
     * `DELETE users/me/` and `logoutall/` too. With `STORE_UNAVAILABLE` the token may still be stored: try again. This process does not use
     * it any more, and the server is told.
     */
    fun logout(): Future<Boolean> {
        enter(begun.incrementAndGet())
        var held = known
        val cleared = runCatching {
            inStore {
                held = readOrNull() ?: held
                known = null
                unsaved = null
                write(null)
            }
        }
        held?.let { ended = it.session }
        val told = held?.let(::drop) ?: inBackground { true }
        cleared.getOrThrow()
        return told
    }

    override fun intercept(chain: Interceptor.Chain): Response {
        val request = chain.request()
        if (!request.url.toString().startsWith(base.toString())) return chain.proceed(request)
        val startedIn = generation.get()
        val stored = current(startedIn)
        var failure: SessionException? = null
        val held =
            try {
                if (isDue(stored)) refresh(stored) else stored
            } catch (e: SessionException) {
                // A refresh that fails for a while is no reason to do without a token that works.
                if (e.reason != UNAVAILABLE) throw e
                failure = e
                stillIn(stored.session, startedIn)
            }
        val isRepeatable = request.body?.isOneShot() != true
        val isIdempotent = isRepeatable && request.method in IDEMPOTENT
        val first =
            try {
                chain.send(held, startedIn)
            } catch (e: IOException) {
                if (e is SessionException || !isIdempotent || chain.call().isCanceled()) throw e
                null
            }
        if (first != null && isRepeatable && first.isTokenRefused()) {
            first.close()
            failure?.let { throw it }
            return chain.send(refresh(held), startedIn)
        }
        if (first == null) {
            waitToRepeat(0)
        } else {
            if (first.code < 500 || !isIdempotent) return first
            if (!waitToRepeat(first.headers.seconds("Retry-After") ?: 0)) return first
            first.close()
        }
        return chain.repeat(held, startedIn)
    }

    /** Sends once, unless the session was left meanwhile. An answer that shows the token to be old starts a refresh. */
    private fun Interceptor.Chain.send(held: Held, startedIn: Int): Response {
        checkGeneration(startedIn)
        val sentAt = now()
        val (name, value) = authorization(held.token)
        val response = proceed(request().newBuilder().header(name, value).build())
        if (generation.get() != startedIn) {
            response.close()
            throw SessionException(SUPERSEDED)
        }
        if (response.isSuccessful) {
            noteAge(held.token, response.headers, sentAt)
            if (isDue(held)) startRefresh(held)
        }
        return response
    }

    /** The second sending after a lost answer, with what is stored by now. There is no third. */
    private fun Interceptor.Chain.repeat(before: Held, startedIn: Int): Response {
        val held = stillIn(before.session, startedIn)
        val response = send(held, startedIn)
        if (response.isTokenRefused()) {
            response.close()
            refresh(held)
            throw SessionException(UNAVAILABLE)
        }
        return response
    }

    /** What is stored now. Throws with `SIGNED_OUT` if it is nothing. */
    private fun current(startedIn: Int): Held = inStore {
        val held = read()
        checkGeneration(startedIn)
        if (held == null || held.session == ended) throw SessionException(SIGNED_OUT)
        val successor = unsaved?.takeIf { it.from.token == held.token }?.to
        successor?.let(::write)
        unsaved = null
        (successor ?: held).also { known = it }
    }

    /** What is stored now, if it is still of this session. */
    private fun stillIn(session: String, startedIn: Int): Held =
        current(startedIn).also { if (it.session != session) throw SessionException(SUPERSEDED) }

    /** The token after `old`: one that is stored by now, or its successor. */
    private fun refresh(old: Held): Held = await(startRefresh(old), REFRESH_LIMIT_SECONDS, UNAVAILABLE)

    /** One refresh of a token at a time, for all who wait. It goes on if their calls are cancelled. */
    private fun startRefresh(old: Held): Future<Held> =
        synchronized(refreshing) {
            refreshing.getOrPut(old.token) {
                val startedIn = generation.get()
                inBackground {
                    try {
                        // After a lost answer the second gets the same successor.
                        twice { sendRefresh(old, startedIn) }
                    } finally {
                        synchronized(refreshing) { refreshing.remove(old.token) }
                    }
                }
            }
        }

    private fun sendRefresh(old: Held, startedIn: Int): Held {
        val stored = stillIn(old.session, startedIn)
        if (stored.token != old.token) return stored
        pause?.let { if (now() < it.until) throw it.failure }
        val successor =
            try {
                requestSuccessor(old)
            } catch (e: SessionException) {
                pause = Pause(now() + minOf(e.retryAfterSeconds, LONGEST_PAUSE_SECONDS) * 1000, e)
                throw e
            } finally {
                aheadFrom = now() + (AHEAD_PAUSE_MS * (1 + Random.nextDouble())).toLong()
            }
        return replace(old, successor, startedIn)
    }

    /** The successor; null if the server refuses the token. Any other answer says nothing about the session. */
    private fun requestSuccessor(old: Held): Held? {
        val answer = send("api/refresh-token/", NO_BODY, header = authorization(old.token))
        if (isRefusal(answer.status, answer.json)) return null
        return answer.issued(old.session) ?: throw unavailable(answer.headers)
    }

    /**
     * Stores a successor, or nothing, in the place of a token if that token is stored. Returns what is stored then: it may be a newer token
     * of the same session.
     */
    private fun replace(from: Held, to: Held?, startedIn: Int): Held =
        try {
            inStore {
                checkGeneration(startedIn)
                if (to != null) unsaved = Unsaved(from, to)
                var stored = read()
                if (stored?.token == from.token) {
                    write(to)
                    stored = to
                }
                unsaved = null
                known = stored
                if (stored == null) throw SessionException(SIGNED_OUT)
                if (stored.session != from.session) throw SessionException(SUPERSEDED)
                stored
            }
        } catch (e: SessionException) {
            if (to != null && e.reason != STORE_UNAVAILABLE) drop(to)
            throw e
        }

    /** Makes the token of an answer the session. Of two sign-ins the one that began later holds; after a logout neither does. */
    private fun signIn(exchange: () -> Answer): Answer {
        val number = begun.incrementAndGet()
        val answer = exchange()
        val issued = answer.issued(session = UUID.randomUUID().toString()) ?: return answer
        val before =
            try {
                inStore {
                    if (number < generation.get()) throw SessionException(SUPERSEDED)
                    // The user asked for it: a store that cannot be read is overwritten.
                    val before = readOrNull()
                    write(issued)
                    enter(number)
                    known = issued
                    unsaved = null
                    before
                }
            } catch (e: IOException) {
                drop(issued)
                throw e
            }
        before?.let(::drop)
        return answer
    }

    private fun sendLogin(username: String, password: String): Answer {
        val fields = FormBody.Builder().add("username", username).add("password", password)
        return send("api/api-token-auth/", fields.build(), header = "User-Agent" to userAgent)
    }

    /** Forgets a token that nobody is to use, and ends its session on the server. The future has whether the server knows. */
    private fun drop(held: Held): Future<Boolean> {
        age = age?.takeIf { it.token != held.token }
        return inBackground {
            try {
                val answer = twice { send("api/logout/", NO_BODY, header = authorization(held.token)) }
                answer.status == 200 || isRefusal(answer.status, answer.json)
            } catch (_: SessionException) {
                false
            }
        }
    }

    /** Sends a request of the session's own. Throws with `UNAVAILABLE` if the answer is lost: none, 5xx, or not the server's. */
    private fun send(path: String, body: RequestBody, header: Pair<String, String>): Answer {
        val request = Request.Builder().url("$base$path").post(body).header(header.first, header.second).build()
        val sentAt = now()
        try {
            http.newCall(request).execute().use {
                val json = it.json()
                if (it.code >= 500 || json == null) throw unavailable(it.headers)
                return Answer(it.code, json, it.headers, sentAt)
            }
        } catch (e: IOException) {
            throw e as? SessionException ?: SessionException(UNAVAILABLE, e)
        }
    }

    /** The token that an answer issues; null if it issues none. */
    private fun Answer.issued(session: String): Held? {
        val token = json.optString("token")
        if (status !in 200..299 || !TOKEN.matches(token)) return null
        noteAge(token, headers, sentAt)
        return Held(token, session, headers.seconds("Token-Expires-In"))
    }

    private fun noteAge(token: String, headers: Headers, sentAt: Long) {
        val tokenSeconds = headers.seconds("Token-Expires-In") ?: return
        val sessionSeconds = headers.seconds("Session-Expires-In") ?: return
        age = Age(token, sentAt, tokenSeconds, sessionSeconds)
    }

    /** Whether less than a third of the token's life is left, and a refresh would lengthen it. */
    private fun isDue(held: Held): Boolean {
        val age = age
        if (age?.token != held.token || age.sessionSeconds == age.tokenSeconds) return false
        val left = age.tokenSeconds - (now() - age.sentAt) / 1000.0
        return now() >= aheadFrom && (held.lifetime == null || left < held.lifetime / 3.0)
    }

    private fun enter(number: Int) {
        generation.updateAndGet { maxOf(it, number) }
    }

    private fun checkGeneration(startedIn: Int) {
        if (generation.get() != startedIn) throw SessionException(SUPERSEDED)
    }

    /** Tries once more after a lost answer. */
    private fun <T> twice(attempt: () -> T): T =
        try {
            attempt()
        } catch (e: SessionException) {
            if (e.reason != UNAVAILABLE || !waitToRepeat(e.retryAfterSeconds)) throw e
            attempt()
        }

    /** Waits about a second, or what `Retry-After` says. False, and no wait, if that is too long for a caller. */
    private fun waitToRepeat(retryAfterSeconds: Long): Boolean {
        if (retryAfterSeconds > LONGEST_WAIT_SECONDS) return false
        interruptible { sleep((maxOf(1, retryAfterSeconds) * 1000 * (1 + Random.nextDouble() / 2)).toLong()) }
        return true
    }

    private fun <T> inBackground(work: () -> T): Future<T> = http.dispatcher.executorService.submit(Callable(work))

    /** The store, for one change of it. A change whose caller gave up begins no more writes. */
    private inner class Access {
        @Volatile var isOver = false

        fun read(): Held? = parse(store.read())

        fun readOrNull(): Held? = runCatching { read() }.getOrNull()

        fun write(held: Held?) {
            check(!isOver)
            store.write(held?.let(::format))
        }
    }

    /** Runs a change with no other in between. Whatever goes wrong in it is `STORE_UNAVAILABLE`. */
    private fun <T> inStore(change: Access.() -> T): T {
        val access = Access()
        try {
            val work = Callable {
                check(!access.isOver)
                access.change()
            }
            return await(vault.submit(work), STORE_LIMIT_SECONDS, STORE_UNAVAILABLE)
        } finally {
            access.isOver = true
        }
    }

    private companion object {
        /** Methods that may be sent again although the first may have been carried out (RFC 9110, section 9.2.2). */
        val IDEMPOTENT = setOf("GET", "PUT", "DELETE")
        val TOKEN = Regex("[0-9a-f]{40}")
        val NO_BODY = "".toRequestBody()
        const val WRONG_CREDENTIALS = "Unable to log in with provided credentials."
        const val JSON_LIMIT_BYTES = 1024L * 1024

        /** API Gateway gives up after 29. */
        const val REQUEST_LIMIT_SECONDS = 30L
        const val STORE_LIMIT_SECONDS = 10L

        /** Two requests, four times the store, and a wait. */
        const val REFRESH_LIMIT_SECONDS = 120L
        const val LONGEST_WAIT_SECONDS = 10L

        /** The longest `Retry-After` that a refresh obeys. */
        const val LONGEST_PAUSE_SECONDS = 300L

        /** How long after a refresh, or one that failed, the next is not tried ahead of time. */
        const val AHEAD_PAUSE_MS = 60_000L

        fun authorization(token: String) = "Authorization" to "Token $token"

        fun unavailable(headers: Headers) =
            SessionException(UNAVAILABLE, retryAfterSeconds = headers.seconds("Retry-After") ?: 0)

        /** A header of whole seconds. */
        fun Headers.seconds(name: String): Long? = this[name]?.toLongOrNull()?.takeIf { it >= 0 }

        fun Answer.messages(field: String): List<String> {
            val messages = json.optJSONArray(field) ?: return emptyList()
            return List(messages.length(), messages::optString)
        }

        /** A copy of the body, which is left to the caller; null if it is cut, or not a JSON object. */
        fun Response.json(): JSONObject? = runCatching { JSONObject(peekBody(JSON_LIMIT_BYTES).string()) }.getOrNull()

        fun Response.isTokenRefused(): Boolean = code == 401 && isRefusal(code, json())

        /** Any other 401 says nothing about the token: it is a proxy's, or something on the way took the token out. */
        fun isRefusal(status: Int, json: JSONObject?): Boolean =
            status == 401 && json?.optString("detail") in setOf("Invalid token.", "User inactive or deleted.")

        fun format(held: Held): String =
            JSONObject().put("token", held.token).put("lifetime", held.lifetime).put("session", held.session).toString()

        /** Also reads a token alone, as an app may have stored it before. Anything else throws: who is signed in cannot be told. */
        fun parse(text: String?): Held? {
            if (text.isNullOrEmpty()) return null
            if (TOKEN.matches(text)) return Held(text, session = text, lifetime = null)
            val json = JSONObject(text)
            val token = json.getString("token").also { require(TOKEN.matches(it)) }
            return Held(token, json.getString("session"), json.optLong("lifetime").takeIf { json.has("lifetime") })
        }

        /** The result of work on another thread. */
        fun <T> await(work: Future<T>, limitSeconds: Long, otherwise: SessionException.Reason): T =
            try {
                interruptible { work.get(limitSeconds, SECONDS) }
            } catch (e: ExecutionException) {
                throw e.cause as? SessionException ?: SessionException(otherwise, e.cause)
            } catch (e: TimeoutException) {
                throw SessionException(otherwise, e)
            }

        /** OkHttp's callers expect of an interrupted call what OkHttp itself throws then. */
        fun <T> interruptible(wait: () -> T): T =
            try {
                wait()
            } catch (_: InterruptedException) {
                Thread.currentThread().interrupt()
                throw InterruptedIOException("interrupted")
            }
    }
}
