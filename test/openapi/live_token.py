"""For schemathesis: signs requests in as a user of this run. Some requests end the session; then another user signs up."""
import secrets

import requests
import schemathesis

# That of the examples in docs/openapi.json, so that they succeed.
PASSWORD = 'password123'


@schemathesis.auth(refresh_interval=None)
class LiveToken:
    token = ''

    def get(self, case, context):
        api = case.operation.base_url
        headers = {'Authorization': f'Token {self.token}'}
        if requests.get(f'{api}/api/dashboard', headers=headers, timeout=30).status_code != 200:
            name = secrets.token_hex(8)
            user = {'username': name, 'email': f'{name}@example.com', 'password': PASSWORD}
            self.token = requests.post(f'{api}/api/signup', json=user, timeout=30).json()['token']
        return self.token

    def set(self, case, token, context):
        case.headers['Authorization'] = f'Token {token}'
