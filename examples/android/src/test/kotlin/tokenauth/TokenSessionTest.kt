package tokenauth

import java.io.IOException
import java.io.InterruptedIOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.Executors
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import okio.BufferedSink
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource
import tokenauth.SessionException.Reason
import tokenauth.SessionException.Reason.SIGNED_OUT
import tokenauth.SessionException.Reason.STORE_UNAVAILABLE
import tokenauth.SessionException.Reason.SUPERSEDED
import tokenauth.SessionException.Reason.UNAVAILABLE

private const val REFUSAL = """{"detail":"Invalid token."}"""

private fun assertFails(reason: Reason, call: () -> Unit) =
    assertEquals(reason, assertThrows(SessionException::class.java, call).reason)

/** Waits for something that the session does in the background. */
private fun eventually(condition: () -> Boolean) {
    val end = System.nanoTime() + 20_000_000_000
    while (!condition()) {
        check(System.nanoTime() < end) { "It did not happen." }
        Thread.sleep(20)
    }
}

/** Lets the server refresh a token without the device, which then has an old one: what a kill before the write leaves. */
private fun Device.missRefresh(): String = Backend.refresh(store.token!!)

class TokenSessionTest {
    @Test
    fun `a signup signs in, also after a restart`() {
        val device = Device().signedIn()
        assertEquals(200, device.call())
        val restarted = Device(device.store)
        assertTrue(restarted.session.isSignedIn())
        assertEquals(200, restarted.call())
    }

    @Test
    fun `a signup whose answer is lost signs in`() {
        val device = Device()
        device.wire.fault = { _, send -> if (device.wire.requests.size == 1) lose(send) else send() }
        val name = Backend.newName()
        assertEquals(200, device.session.signup(name, "$name@example.com", Backend.PASSWORD).status)
        assertEquals(200, device.call())
    }

    @Test
    fun `a name that is somebody else's is shown as taken, also after a lost answer`() {
        val device = Device()
        val name = Backend.newName().also(Backend::signup)
        device.wire.fault = { _, send -> if (device.wire.requests.size == 1) lose(send) else send() }
        val answer = device.session.signup(name, "other@example.com", "another-word-1")
        assertEquals(400, answer.status)
        assertEquals("A user with that username already exists.", answer.json.getJSONArray("username")[0])
        assertFalse(device.session.isSignedIn())
    }

    @Test
    fun `a login whose answer is lost is sent again`() {
        val device = Device()
        device.wire.fault = { _, send -> if (device.wire.requests.size == 1) lose(send) else send() }
        assertEquals(200, device.session.login(Backend.newName().also(Backend::signup), Backend.PASSWORD).status)
        assertEquals(200, device.call())
    }

    @Test
    fun `a login that is answered after a logout signs nobody in`() {
        val device = Device()
        val name = Backend.newName().also(Backend::signup)
        device.wire.fault = { request, send -> send().also { if (request.path != LOGOUT) device.session.logout() } }
        assertFails(SUPERSEDED) { device.session.login(name, Backend.PASSWORD) }
        assertNull(device.store.text)
        eventually { device.wire.to(LOGOUT).isNotEmpty() }
    }

    @Test
    fun `a wrong password signs nobody out`() {
        val device = Device().signedIn()
        val before = device.store.text
        assertEquals(400, device.session.login(Backend.newName().also(Backend::signup), "wrong-password").status)
        assertEquals(before, device.store.text)
    }

    @Test
    fun `a login ends the session that was stored before, and only its logout bears that token`() {
        val device = Device().signedIn()
        val before = device.store.token!!
        device.wire.requests.clear()
        device.session.login(Backend.newName().also(Backend::signup), Backend.PASSWORD)
        assertEquals(200, device.call())
        eventually { !Backend.accepts(before) }
        assertEquals(listOf(LOGOUT), device.wire.requests.filter { it.token == before }.map { it.path })
    }

    @Test
    fun `a token that cannot be stored is not used, and is ended`() {
        val device = Device()
        device.store.beforeWrite = { throw IOException("full") }
        val name = Backend.newName().also(Backend::signup)
        assertFails(STORE_UNAVAILABLE) { device.session.login(name, Backend.PASSWORD) }
        eventually { device.wire.to(LOGOUT).isNotEmpty() }
        assertFails(SIGNED_OUT) { device.call() }
    }

    @Test
    fun `a login overwrites a store that cannot be read`() {
        val device = Device()
        device.store.text = "what another key encrypted"
        assertFails(STORE_UNAVAILABLE) { device.call() }
        device.session.login(Backend.newName().also(Backend::signup), Backend.PASSWORD)
        assertEquals(200, device.call())
    }

    @Test
    fun `the token is sent to the backend alone`() {
        val device = Device().signedIn()
        device.wire.fault = { request, _ -> request.answer(200, "{}") }
        for (url in listOf("http://elsewhere.example/", Backend.url.replace("127.0.0.1", "127.0.0.1.example") + DASHBOARD)) {
            device.wire.requests.clear()
            device.client.newCall(Request.Builder().url(url).build()).execute().close()
            assertEquals(listOf(null), device.wire.requests.map { it.token })
        }
    }

    @Test
    fun `an old token that was replaced in the store gives way to the stored one, without a refresh`() {
        val other = Device().signedIn()
        val old = other.store.token
        val device = Device(other.store)
        Backend.advance(days = 5)
        device.wire.fault = { _, send ->
            if (device.wire.requests.size == 1) other.call()
            send()
        }
        assertEquals(200, device.call())
        assertEquals(1, other.wire.to(REFRESH).size)
        assertEquals(listOf(old, other.store.token), device.wire.to(DASHBOARD).map { it.token })
        assertEquals(0, device.wire.to(REFRESH).size)
    }

    @Test
    fun `parallel calls with an old token lead to one refresh`() {
        val device = Device().signedIn()
        val old = device.store.token
        device.missRefresh()
        val callers = 8
        val refused = CyclicBarrier(callers)
        device.wire.fault = { request, send ->
            send().also { if (request.path == DASHBOARD && request.token == old) refused.await() }
        }
        val threads = Executors.newFixedThreadPool(callers)
        val codes = List(callers) { threads.submit<Int> { device.call() } }.map { it.get() }
        threads.shutdown()
        assertEquals(List(callers) { 200 }, codes)
        assertEquals(1, device.wire.to(REFRESH).size)
        assertEquals(2 * callers, device.wire.to(DASHBOARD).size)
    }

    @ParameterizedTest
    @MethodSource("foreign401s")
    fun `a 401 of somebody else is the caller's and says nothing about the token`(body: String) {
        val device = Device().signedIn()
        val before = device.store.text
        device.wire.fault = { request, _ -> request.answer(401, body) }
        assertEquals(401, device.call())
        assertEquals(before, device.store.text)
        assertEquals(0, device.wire.to(REFRESH).size)
    }

    @Test
    fun `a 401 that a refresh does not cure is the caller's and signs nobody out`() {
        val device = Device().signedIn()
        device.wire.fault = { request, send -> if (request.path == DASHBOARD) request.answer(401, REFUSAL) else send() }
        assertEquals(401, device.call())
        assertEquals(2, device.wire.to(DASHBOARD).size)
        assertEquals(1, device.wire.to(REFRESH).size)
        device.wire.fault = { _, send -> send() }
        assertEquals(200, device.call())
    }

    @Test
    fun `a lost answer is asked for once more, if that is safe`() {
        val device = Device().signedIn()
        device.wire.fault = { _, send -> if (device.wire.to(DASHBOARD).size == 1) lose(send) else send() }
        assertEquals(200, device.call())
        device.wire.requests.clear()
        device.wire.fault = { _, send -> lose(send) }
        assertThrows(IOException::class.java) { device.call(method = "POST", body = "".toRequestBody()) }
        assertEquals(1, device.wire.requests.size)
    }

    @Test
    fun `a 503 is asked for once more, unless Retry-After is too long for a caller`() {
        val device = Device().signedIn()
        device.wire.fault = { request, _ -> request.answer(503, "{}", "Retry-After", "1") }
        assertEquals(503, device.call())
        assertEquals(2, device.wire.to(DASHBOARD).size)
        device.wire.fault = { request, _ -> request.answer(503, "{}", "Retry-After", "60") }
        assertEquals(503, device.call())
        assertEquals(3, device.wire.to(DASHBOARD).size)
    }

    @Test
    fun `an interrupted call ends as OkHttp's own do`() {
        val device = Device().signedIn()
        Thread.currentThread().interrupt()
        assertThrows(InterruptedIOException::class.java) { device.call() }
        assertTrue(Thread.interrupted())
    }

    @Test
    fun `a body that can be read once is sent once`() {
        val device = Device().signedIn()
        device.missRefresh()
        val body =
            object : RequestBody() {
                override fun contentType() = null

                override fun isOneShot() = true

                override fun writeTo(sink: BufferedSink) = Unit
            }
        assertEquals(401, device.call("/api/logoutall/?keep=current", "POST", body))
        assertEquals(1, device.wire.requests.count { it.path == "/api/logoutall/" })
    }

    @Test
    fun `a token is replaced in the last third of its life, before the call`() {
        val device = Device().signedIn()
        val first = device.store.token
        Backend.advance(days = 4)
        assertEquals(200, device.call())
        assertEquals(0, device.wire.to(REFRESH).size)
        Backend.advance(days = 1)
        device.wire.requests.clear()
        assertEquals(200, device.call())
        assertNotEquals(first, device.store.token)
        assertEquals(listOf(first, device.store.token), device.wire.requests.map { it.token })
    }

    @Test
    fun `the first answer after a restart shows that a refresh is due`() {
        val before = Device().signedIn()
        val token = before.store.token
        Backend.advance(days = 5)
        val device = Device(before.store)
        assertEquals(200, device.call())
        eventually { device.store.token != token }
        assertEquals(listOf(DASHBOARD, REFRESH), device.wire.requests.map { it.path })
    }

    @Test
    fun `a token that ends with its session is not refreshed`() {
        val device = Device().signedIn()
        device.wire.fault = { request, _ ->
            request.answer(200, "{}", "Token-Expires-In", "60", "Session-Expires-In", "60")
        }
        repeat(2) { device.call() }
        assertEquals(0, device.wire.to(REFRESH).size)
    }

    @Test
    fun `a lost answer is fetched by the same refresh`() {
        val device = Device().signedIn()
        device.wire.fault = { request, send ->
            if (request.path == REFRESH && device.wire.to(REFRESH).size == 1) lose(send) else send()
        }
        Backend.advance(days = 5)
        assertEquals(200, device.call())
        assertEquals(2, device.wire.to(REFRESH).size)
    }

    @Test
    fun `a kill before the successor is stored loses nothing, even days later`() {
        val device = Device().signedIn()
        val successor = device.missRefresh()
        Backend.advance(days = 3)
        val restarted = Device(device.store)
        assertEquals(200, restarted.call())
        assertEquals(successor, restarted.store.token)
    }

    @ParameterizedTest
    @MethodSource("answersThatSayNothing")
    fun `an answer that says nothing about the session changes nothing`(status: Int, body: String) {
        val device = Device().signedIn()
        device.missRefresh()
        val before = device.store.text
        device.wire.fault = { request, send -> if (request.path == REFRESH) request.answer(status, body) else send() }
        assertFails(UNAVAILABLE) { device.call() }
        assertEquals(before, device.store.text)
        device.wire.fault = { _, send -> send() }
        assertEquals(200, device.call())
    }

    @Test
    fun `an early refresh that fails does not keep a token that works from being used`() {
        val device = Device().signedIn()
        Backend.advance(days = 5)
        device.wire.fault = { request, send -> if (request.path == REFRESH) throw IOException("offline") else send() }
        assertEquals(200, device.call())
        assertEquals(200, device.call())
        assertEquals(2, device.wire.to(REFRESH).size)
    }

    @Test
    fun `a refresh waits as long as Retry-After says`() {
        val device = Device().signedIn()
        device.missRefresh()
        device.wire.fault = { request, send ->
            if (request.path == REFRESH) request.answer(429, "{}", "Retry-After", "200") else send()
        }
        repeat(2) { assertFails(UNAVAILABLE) { device.call() } }
        assertEquals(1, device.wire.to(REFRESH).size)
        device.wire.fault = { _, send -> send() }
        device.advance(seconds = 200)
        assertEquals(200, device.call())
    }

    @Test
    fun `a session that the server ended is over`() {
        val device = Device().signedIn()
        Backend.endAllSessions(device.store.token!!)
        assertFails(SIGNED_OUT) { device.call() }
        assertNull(device.store.text)
        assertFalse(device.session.isSignedIn())
    }

    @Test
    fun `a logout works offline, at once and without a refresh`() {
        val device = Device().signedIn()
        Backend.advance(days = 5)
        device.wire.requests.clear()
        device.wire.fault = { _, _ -> throw IOException("offline") }
        val told = device.session.logout()
        assertNull(device.store.text)
        assertFalse(told.get())
        assertEquals(setOf(LOGOUT), device.wire.requests.map { it.path }.toSet())
        assertFails(SIGNED_OUT) { device.call() }
    }

    @Test
    fun `a logout ends the session on the server`() {
        val device = Device().signedIn()
        val token = device.store.token!!
        assertTrue(device.session.logout().get())
        assertFalse(Backend.accepts(token))
    }

    @Test
    fun `a logout whose store cannot be written holds in this process, and on the server`() {
        val device = Device().signedIn()
        val token = device.store.token!!
        device.store.beforeWrite = { throw IOException("full") }
        assertFails(STORE_UNAVAILABLE) { device.session.logout() }
        assertFails(SIGNED_OUT) { device.call() }
        eventually { !Backend.accepts(token) }
    }

    @Test
    fun `a successor that arrives after the logout is not stored, and is ended`() {
        val device = Device().signedIn()
        val successor = device.missRefresh()
        device.wire.fault = { request, send ->
            send().also { if (request.path == REFRESH) device.session.logout().get() }
        }
        assertFails(SUPERSEDED) { device.call() }
        assertNull(device.store.text)
        eventually { device.wire.to(LOGOUT).any { it.token == successor } }
        assertFalse(Backend.accepts(successor))
    }

    @Test
    fun `an answer that arrives after a login as somebody else is dropped`() {
        val device = Device().signedIn()
        val other = Backend.newName().also(Backend::signup)
        device.wire.fault = { request, send ->
            send().also { if (request.path == DASHBOARD) device.session.login(other, Backend.PASSWORD) }
        }
        assertFails(SUPERSEDED) { device.call() }
        device.wire.fault = { _, send -> send() }
        assertEquals(200, device.call())
    }

    @Test
    fun `a late refusal of the old token does not end a newer login`() {
        val device = Device().signedIn()
        device.missRefresh()
        val other = Backend.newName().also(Backend::signup)
        device.wire.fault = { request, send ->
            if (request.path == REFRESH) {
                device.session.login(other, Backend.PASSWORD)
                request.answer(401, REFUSAL)
            } else send()
        }
        assertFails(SUPERSEDED) { device.call() }
        assertEquals(200, device.call())
    }

    @Test
    fun `a store that cannot be read is neither a logout nor written`() {
        val device = Device().signedIn()
        device.wire.requests.clear()
        device.store.beforeRead = { throw IOException("locked") }
        device.store.beforeWrite = { error("written") }
        assertFails(STORE_UNAVAILABLE) { device.call() }
        assertFails(STORE_UNAVAILABLE) { device.session.isSignedIn() }
        assertEquals(0, device.wire.requests.size)
        device.store.beforeRead = {}
        assertEquals(200, device.call())
    }

    @Test
    fun `a token that an app stored alone is read, and replaced by a record`() {
        val device = Device()
        device.store.text = Backend.signup(Backend.newName())
        assertEquals(200, device.call())
        eventually { device.store.text!!.startsWith("{") }
    }

    @Test
    fun `a successor that cannot be stored is not used until it is`() {
        val device = Device().signedIn()
        val successor = device.missRefresh()
        device.store.beforeWrite = { throw IOException("full") }
        repeat(2) { assertFails(STORE_UNAVAILABLE) { device.call() } }
        assertEquals(0, device.wire.requests.count { it.token == successor })
        device.store.beforeWrite = {}
        assertEquals(200, device.call())
        assertEquals(successor, device.store.token)
        assertEquals(1, device.wire.to(REFRESH).size)
    }

    @Test
    fun `a store that hangs fails the call in the end, and is not written after that`() {
        val device = Device().signedIn()
        val before = device.store.text
        val name = Backend.newName().also(Backend::signup)
        val hang = CountDownLatch(1)
        device.store.beforeRead = { hang.await() }
        assertFails(STORE_UNAVAILABLE) { device.session.login(name, Backend.PASSWORD) }
        device.store.beforeRead = {}
        hang.countDown()
        assertEquals(200, device.call())
        assertEquals(before, device.store.text)
    }

    companion object {
        @JvmStatic
        fun foreign401s() = listOf("", "<html>Sign in to the hotel</html>", """{"detail":"Proxy."}""", REFUSAL.dropLast(1))

        @JvmStatic
        fun answersThatSayNothing() =
            listOf(
                    503 to """{"detail":"Service temporarily unavailable."}""",
                    429 to """{"detail":"Request was throttled."}""",
                    403 to """{"detail":"Forbidden by a firewall."}""",
                    401 to """{"detail":"Proxy."}""",
                    401 to "<html>Sign in to the hotel</html>",
                    200 to "<html>Sign in to the hotel</html>",
                    200 to """{"token":"f2afca0567cd22a156""",
                    200 to """{"token":"short"}""",
                    200 to "",
                )
                .map { (status, body) -> arrayOf<Any>(status, body) }
    }
}
