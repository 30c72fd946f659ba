package tokenauth

import java.io.IOException
import java.util.Collections
import okhttp3.Interceptor
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Protocol
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okhttp3.ResponseBody.Companion.toResponseBody
import org.json.JSONObject

/** A store whose faults a test chooses. */
class Store : TokenStore {
    @Volatile var text: String? = null
    @Volatile var beforeRead: () -> Unit = {}
    @Volatile var beforeWrite: () -> Unit = {}

    val token: String?
        get() = text?.let { JSONObject(it).getString("token") }

    override fun read(): String? {
        beforeRead()
        return text
    }

    override fun write(text: String?) {
        beforeWrite()
        this.text = text
    }
}

/** What lies between the session and the server: notes requests, and loses or replaces answers as a test chooses. */
class Wire : Interceptor {
    val requests: MutableList<Request> = Collections.synchronizedList(mutableListOf<Request>())
    @Volatile var fault: (Request, send: () -> Response) -> Response = { _, send -> send() }

    fun to(path: String): List<Request> = requests.toList().filter { it.url.encodedPath == path }

    override fun intercept(chain: Interceptor.Chain): Response {
        val request = chain.request()
        requests += request
        return fault(request) { chain.proceed(request) }
    }
}

const val REFRESH = "/api/refresh-token/"
const val LOGOUT = "/api/logout/"
const val SIGNUP = "/api/signup/"
const val DASHBOARD = "/api/dashboard/"

val Request.path: String
    get() = url.encodedPath

val Request.token: String?
    get() = header("Authorization")?.removePrefix("Token ")

/** An answer of a test's own in the place of the server's. */
fun Request.answer(status: Int, body: String, vararg headers: String): Response =
    Response.Builder()
        .request(this)
        .protocol(Protocol.HTTP_1_1)
        .code(status)
        .message("")
        .apply { headers.toList().chunked(2).forEach { (name, value) -> header(name, value) } }
        .body(body.toResponseBody("application/json".toMediaType()))
        .build()

/** Lets the server act, and loses its answer. */
fun lose(send: () -> Response): Nothing {
    send().close()
    throw IOException("cut off")
}

/** A process of an app. Another one on the same store is the app after a restart. */
class Device(val store: Store = Store()) {
    val wire = Wire()
    @Volatile private var sleptMs = 0L
    private val http = OkHttpClient.Builder().addInterceptor(wire).build()
    val session =
        TokenSession(
            Backend.url,
            store,
            userAgent = "Test/1.0",
            http = http,
            now = { System.nanoTime() / 1_000_000 + Backend.movedMs + sleptMs },
            sleep = { sleptMs += it },
        )
    val client: OkHttpClient = OkHttpClient.Builder().addInterceptor(session).addInterceptor(wire).build()

    fun signedIn(): Device {
        val name = Backend.newName()
        check(session.signup(name, "$name@example.com", Backend.PASSWORD).status == 201)
        return this
    }

    fun advance(seconds: Long) {
        sleptMs += seconds * 1000
    }

    fun call(path: String = DASHBOARD, method: String = "GET", body: RequestBody? = null): Int =
        client.newCall(Request.Builder().url(Backend.url + path).method(method, body).build()).execute().use { it.code }
}
