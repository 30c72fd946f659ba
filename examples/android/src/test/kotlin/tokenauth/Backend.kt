package tokenauth

import java.io.File
import java.nio.file.Files
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import okhttp3.FormBody
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import org.json.JSONObject

/** `npm start` as a child process, with data of its own, and requests to it that no session makes. */
object Backend {
    const val PASSWORD = "analytical1"
    val url: String
    private val http = OkHttpClient()
    private val users = AtomicInteger()

    /** How far the functions' clock was moved. */
    @Volatile
    var movedMs = 0L
        private set

    init {
        val data = Files.createTempDirectory("token-session").toFile()
        val command = listOf("node", "--require", "tsx/cjs", "bin/start.ts", "--port", "0", "--data-dir", "$data")
        val settings = listOf("-c", "rateLimits=off", "-c", "sessionLifetime=3650d")
        val server =
            ProcessBuilder(command + settings).directory(File("../..")).redirectErrorStream(true).start()
        val stop = thread(start = false) { server.destroy().also { server.waitFor() }.also { data.deleteRecursively() } }
        Runtime.getRuntime().addShutdownHook(stop)
        val output = server.inputStream.bufferedReader()
        val start = generateSequence(output::readLine)
        val ready = Regex("Token auth is running at (\\S+)")
        val said = mutableListOf<String>()
        url =
            start.onEach(said::add).firstNotNullOfOrNull { ready.find(it)?.groupValues?.get(1) }
                ?: error("The server did not start:\n${said.joinToString("\n")}")
        thread(isDaemon = true) { output.forEachLine {} }
    }

    fun newName(): String = "user${users.incrementAndGet()}"

    /** Moves the functions' clock. */
    fun advance(days: Int) {
        post("_local/clock/", """{"advance":"${days}d"}""".toRequestBody())
        movedMs += days * 86_400_000L
    }

    /** Creates a user, who is not signed in on any device of a test. Returns a token. */
    fun signup(name: String): String {
        val fields = FormBody.Builder().add("username", name).add("email", "$name@example.com").add("password", PASSWORD)
        return post("api/signup/", fields.build()).getString("token")
    }

    fun refresh(token: String): String = post("api/refresh-token/", token = token).getString("token")

    fun endAllSessions(token: String) {
        post("api/logoutall/", token = token)
    }

    fun accepts(token: String): Boolean =
        http.newCall(request("api/dashboard/", token).build()).execute().use { it.isSuccessful }

    private fun post(path: String, body: RequestBody = "".toRequestBody(), token: String? = null): JSONObject =
        http.newCall(request(path, token).post(body).build()).execute().use {
            check(it.isSuccessful) { "$path: ${it.code} ${it.body.string()}" }
            val text = it.body.string()
            if (text.isEmpty()) JSONObject() else JSONObject(text)
        }

    private fun request(path: String, token: String?) =
        Request.Builder().url("$url/$path").apply { token?.let { header("Authorization", "Token $it") } }
}
