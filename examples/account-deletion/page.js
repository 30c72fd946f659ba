const words = {
  request: {
    204: 'If an account has this address, a message with a link is on its way. The link works for a short time only. If nothing arrives, look into the spam folder.',
    400: 'Please enter a valid e-mail address.',
  },
  confirm: {
    204: 'Your account was deleted. You can close this page.',
    400: 'This link is not valid any more: it was used already, or it is too old. If you still have an account, ask for a new link.',
  },
};
const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]').content;
const [, api] = /connect-src ([^\s;]+)/.exec(policy);
const status = document.getElementById('status');
let link = {};

/** Takes the secrets of a link out of the address bar. Nothing is sent before a click. */
function readLink() {
  link = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  history.replaceState(null, '', location.href.split('#')[0]);
  show('token' in link ? 'confirm' : 'request');
}

/** Shows a form, or none, and a text. */
function show(id, text = '', kind = 'progress') {
  for (const form of document.forms) form.hidden = form.id !== id;
  status.textContent = text;
  status.className = kind;
}

async function send(form) {
  if (form.ariaBusy === 'true') return;
  form.ariaBusy = 'true';
  show(form.id, 'Please wait…');
  const fields = form.id === 'confirm' ? link : { email: form.elements.email.value };
  const response = await fetch(`${api}api/auth/users/${form.id}_deletion/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
    credentials: 'omit',
  }).catch(() => undefined);
  form.ariaBusy = 'false';
  const text = words[form.id][response?.status];
  if (response?.status === 204) show(undefined, text, 'success');
  else if (response?.status === 400) show('request', text, 'failure');
  else if (response?.status === 429)
    show(form.id, `Too many attempts. Please try again ${when(response)}.`, 'failure');
  else
    show(form.id, 'We could not reach the service. Please check your connection and try again.', 'failure');
  status.scrollIntoView({ block: 'nearest' });
  if (form.hidden) status.focus();
}

function when(response) {
  const minutes = Math.ceil(Number(response.headers.get('Retry-After')) / 60);
  return minutes > 1 ? `in ${minutes} minutes` : 'in a minute';
}

for (const form of document.forms)
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });
addEventListener('hashchange', readLink);
readLink();
